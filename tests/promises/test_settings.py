"""An unknown or malformed setting stops the start with a sentence that names it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from api.settings import VARIABLES, Settings, SettingsError, read_settings
from resolvers.terms.bucket import Bucket

TOP = Path(__file__).resolve().parents[2]


def test_without_any_variable_the_defaults_hold() -> None:
    assert read_settings({"PATH": "/bin", "LANG": "C"}) == Settings(
        host="127.0.0.1",
        port=8000,
        data_dir=Path.cwd() / ".jiesu",
        sample=("demo",),
        database_url=None,
        public_url=None,
        account="nobody",
        log_level="info",
        pool_size=10,
        plan_cache=512,
        clockwork_seconds=15,
        allowed_origins=(),
        photos=None,
        s3_endpoint=None,
        s3_region="us-east-1",
        s3_key_id=None,
        s3_secret=None,
    )


def test_an_empty_variable_means_its_default() -> None:
    assert read_settings({variable.name: " " for variable in VARIABLES}) == read_settings({})


def test_every_variable_is_obeyed() -> None:
    assert read_settings(
        {
            "JIESU_HOST": "::1",
            "JIESU_PORT": "0",
            "JIESU_DATA_DIR": "数据/jiesu",
            "JIESU_SAMPLE": "Daqing, suihua daqing",
            "DATABASE_URL": "postgres://me:p%40ss@db/jiesu",
            "JIESU_PUBLIC_URL": "https://jiesu.example:8443/api/",
            "JIESU_ACCOUNT": "postgres",
            "JIESU_LOG_LEVEL": "DEBUG",
            "JIESU_POOL_SIZE": "100",
            "JIESU_PLAN_CACHE": "0",
            "JIESU_CLOCKWORK_SECONDS": "3600",
            "JIESU_ALLOWED_ORIGINS": "https://App.example/ http://localhost:3000",
            "JIESU_PHOTOS": "s3://evidence.yunxi/photos/2026/",
            "JIESU_S3_ENDPOINT": "http://minio.example:9000/",
            "JIESU_S3_REGION": "cn-north-1",
            "JIESU_S3_KEY_ID": "jiesu",
            "JIESU_S3_SECRET": "a+b/c=",
        }
    ) == Settings(
        host="::1",
        port=0,
        data_dir=Path.cwd() / "数据" / "jiesu",
        sample=("daqing", "suihua"),
        database_url="postgres://me:p%40ss@db/jiesu",
        public_url="https://jiesu.example:8443/api",
        account="postgres",
        log_level="debug",
        pool_size=100,
        plan_cache=0,
        clockwork_seconds=3_600,
        allowed_origins=("https://app.example", "http://localhost:3000"),
        photos=("evidence.yunxi", "photos/2026"),
        s3_endpoint="http://minio.example:9000",
        s3_region="cn-north-1",
        s3_key_id="jiesu",
        s3_secret="a+b/c=",
    )


def test_none_loads_nothing() -> None:
    assert read_settings({"JIESU_SAMPLE": "none"}).sample == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JIESU_HOST", "http://0.0.0.0"),
        ("JIESU_PORT", "65536"),
        ("JIESU_PORT", "-1"),
        ("JIESU_PORT", "八千"),
        ("JIESU_PORT", "٨٠٠٠"),
        ("JIESU_PORT", "9" * 5000),
        ("JIESU_DATA_DIR", "~no-such-user-here/x"),
        ("JIESU_DATA_DIR", str(TOP / "pyproject.toml")),
        ("JIESU_SAMPLE", "beijing"),
        ("JIESU_SAMPLE", "none daqing"),
        ("JIESU_SAMPLE", ","),
        ("DATABASE_URL", "mysql://me:secret@h/d"),
        ("DATABASE_URL", "postgres://me:secret@h/d?command_timeout=5"),
        ("JIESU_PUBLIC_URL", "jiesu.example"),
        ("JIESU_PUBLIC_URL", "https://me:secret@jiesu.example"),
        ("JIESU_PUBLIC_URL", "https://jiesu.example?x=1"),
        ("JIESU_PUBLIC_URL", "https://jiesu.example:port"),
        ("JIESU_ACCOUNT", "root"),
        ("JIESU_LOG_LEVEL", "loud"),
        ("JIESU_POOL_SIZE", "0"),
        ("JIESU_POOL_SIZE", "101"),
        ("JIESU_ALLOWED_ORIGINS", "*"),
        ("JIESU_ALLOWED_ORIGINS", "https://app.example/path"),
        ("JIESU_PHOTOS", "/srv/photos"),
        ("JIESU_PHOTOS", "s3://"),
        ("JIESU_PHOTOS", "s3://bucket/../other"),
        ("JIESU_PHOTOS", "s3://me:secret@bucket"),
        ("JIESU_S3_ENDPOINT", "minio:9000"),
        ("JIESU_S3_ENDPOINT", "http://me:secret@minio"),
        ("JIESU_S3_REGION", "some where"),
        ("JIESU_S3_SECRET", "secret"),
    ],
)
def test_a_malformed_value_is_refused_in_a_sentence_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({name: value})
    sentence = str(refused.value)
    assert sentence.startswith(f"{name} ")
    assert sentence.endswith(".")
    assert "secret" not in sentence


def test_an_unknown_variable_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"^JIESU_PROT is not a setting of jiesu; did you mean JIESU_PORT\?$"):
        read_settings({"JIESU_PROT": "1"})
    with pytest.raises(SettingsError, match=r"^JIESU_ is not a setting of jiesu"):
        read_settings({"JIESU_": ""})


def test_settings_are_never_printed_with_the_database_password() -> None:
    assert "hunter2" not in repr(read_settings({"DATABASE_URL": "postgres://me:hunter2@h/d"}))


def test_photos_are_kept_in_the_data_folder_or_in_a_bucket_whose_key_is_never_printed() -> None:
    given = {"JIESU_PHOTOS": "s3://evidence", "JIESU_S3_KEY_ID": "hunter1", "JIESU_S3_SECRET": "hunter2"}
    settings = read_settings(given)
    assert settings.bucket == Bucket("evidence", "", None, "us-east-1", "hunter1", "hunter2")
    assert "hunter" not in repr(settings) + repr(settings.bucket)
    assert read_settings({"JIESU_PHOTOS": "LOCAL"}).bucket is None
    with pytest.raises(SettingsError, match=r"^JIESU_S3_SECRET and JIESU_S3_KEY_ID must both be given, or neither\.$"):
        read_settings({"JIESU_S3_KEY_ID": "hunter1"})


def test_every_variable_has_a_meaning_and_every_setting_a_variable() -> None:
    names = [variable.name.removeprefix("JIESU_").lower() for variable in VARIABLES]
    assert names == [setting.name for setting in fields(Settings)]
    assert all(variable.meaning.endswith(".") for variable in VARIABLES)


def test_the_command_takes_a_relative_data_folder_from_where_it_is_called(tmp_path: Path) -> None:
    """The script that the Makefile writes, with a Python that only tells what it was given."""
    makefile = (TOP / "Makefile").read_text(encoding="utf-8")
    script = makefile.split("define COMMAND\n")[1].split("endef")[0].replace("$$", "$")
    top, elsewhere = tmp_path / "the top", tmp_path / "elsewhere"
    (top / ".venv" / "bin").mkdir(parents=True)
    elsewhere.mkdir()
    command, python, link = top / ".venv" / "bin" / "jiesu", top / ".venv" / "bin" / "python", elsewhere / "jiesu"
    command.write_text(script)
    python.write_text('#!/bin/sh\nprintf "%s|" "$PWD" "${JIESU_DATA_DIR-unset}" "$@"\n')
    command.chmod(0o755)
    python.chmod(0o755)
    link.symlink_to(command)
    for given, meant in (("a b", f"{elsewhere}/a b"), ("/srv/x", "/srv/x"), (None, "unset")):
        environ = {"PATH": os.environ["PATH"]} | ({"JIESU_DATA_DIR": given} if given else {})
        said = subprocess.run(
            [str(link), "load", "da qing"], cwd=elsewhere, env=environ, capture_output=True, text=True, check=True
        )
        assert said.stdout == f"{top}|{meant}|-m|api|load|da qing|"


def test_the_settings_are_read_without_starting_anything() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            "import api.settings, sys; print('resolvers.doors.cluster' in sys.modules)",
        ],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "False\n"
