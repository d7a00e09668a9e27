"""The environment, read once at the start: a setting that is unknown or malformed stops the start with a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from resolvers.doors.postgres import ClusterError, parse_url
from resolvers.terms.bucket import Bucket

CITIES = ("yunxi", "daqing", "jiamusi", "qitaihe", "suihua", "shiyan")
LOG_LEVELS = ("debug", "info", "warning", "error")

_BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?)")

T = TypeVar("T")


class SettingsError(Exception):
    """One sentence that names the variable and the reason; never a value that may hold a password."""


class Variable(NamedTuple):
    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable("JIESU_HOST", "127.0.0.1", "Address to listen on; 0.0.0.0 for every network this machine is in."),
    Variable("JIESU_PORT", "8000", "Port to listen on, 0 to 65535; 0 takes any free one."),
    Variable("JIESU_DATA_DIR", "./.jiesu", "Folder of the embedded database, photos and demo-tokens.json."),
    Variable(
        "JIESU_SAMPLE",
        "demo",
        f"Sample data loaded where nothing but samples is: none, demo, all, or some of {' '.join(CITIES)}.",
    ),
    Variable(
        "DATABASE_URL", "", "postgres://owner:password@host/database; without it jiesu runs an embedded PostgreSQL."
    ),
    Variable("JIESU_PUBLIC_URL", "", "http(s)://… under which clients reach jiesu; without it, as the request says."),
    Variable("JIESU_ACCOUNT", "nobody", "Account that runs the embedded PostgreSQL when jiesu is started as root."),
    Variable("JIESU_LOG_LEVEL", "info", f"One of {', '.join(LOG_LEVELS)}."),
    Variable("JIESU_POOL_SIZE", "10", "Database connections of one process, 2 to 100; half of them are for reads."),
    Variable(
        "JIESU_PLAN_CACHE",
        "512",
        "Documents (of 500 characters) whose compiled reads are remembered, 0 to 10000; with 0 none are compiled.",
    ),
    Variable(
        "JIESU_CLOCKWORK_SECONDS",
        "15",
        "Seconds between two looks at what time brings (breaches, reminders, escalations), 0 to 3600; 0 leaves it to others.",
    ),
    Variable(
        "JIESU_ALLOWED_ORIGINS", "", "Origins, parted by spaces, whose pages may open sockets to jiesu besides its own."
    ),
    Variable("JIESU_PHOTOS", "local", "Where photos are kept: local (in the data folder), or s3://bucket/prefix."),
    Variable("JIESU_S3_ENDPOINT", "", "http(s)://… of an S3-compatible store; without it, Amazon's own."),
    Variable("JIESU_S3_REGION", "us-east-1", "Region of the bucket."),
    Variable("JIESU_S3_KEY_ID", "", "Access key of the bucket; without it, the role of this machine."),
    Variable("JIESU_S3_SECRET", "", "The secret of that key."),
)


@dataclass(frozen=True)
class Settings:
    """`sample` is empty for none; `database_url` is None for the embedded server; `public_url` has no slash at its end;
    `photos` is a bucket and a prefix, or None for the data folder.
    """

    host: str
    port: int
    data_dir: Path
    sample: tuple[str, ...]
    database_url: str | None = field(repr=False)
    public_url: str | None
    account: str
    log_level: str
    pool_size: int
    plan_cache: int
    clockwork_seconds: int
    allowed_origins: tuple[str, ...]
    photos: tuple[str, str] | None
    s3_endpoint: str | None
    s3_region: str
    s3_key_id: str | None = field(repr=False)
    s3_secret: str | None = field(repr=False)

    @property
    def bucket(self) -> Bucket | None:
        """Where photos are kept for good; None for the data folder."""
        if self.photos is None:
            return None
        name, prefix = self.photos
        return Bucket(name, prefix, self.s3_endpoint, self.s3_region, self.s3_key_id, self.s3_secret)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """A variable that is unset or empty has its default; SettingsError for whatever else cannot be obeyed."""
    _refuse_unknown(environ)

    def read(name: str, understand: Callable[[str], T]) -> T:
        default = next(variable.default for variable in VARIABLES if variable.name == name)
        try:
            return understand(environ.get(name, "").strip() or default)
        except ValueError as error:
            raise SettingsError(f"{name} {error}.") from None

    return Settings(
        host=read("JIESU_HOST", _host),
        port=read("JIESU_PORT", lambda text: _whole(text, 0, 65535)),
        data_dir=read("JIESU_DATA_DIR", _folder),
        sample=read("JIESU_SAMPLE", _sample),
        database_url=read("DATABASE_URL", _database_url),
        public_url=read("JIESU_PUBLIC_URL", _public_url),
        account=read("JIESU_ACCOUNT", _account),
        log_level=read("JIESU_LOG_LEVEL", _log_level),
        pool_size=read("JIESU_POOL_SIZE", lambda text: _whole(text, 2, 100)),
        plan_cache=read("JIESU_PLAN_CACHE", lambda text: _whole(text, 0, 10_000)),
        clockwork_seconds=read("JIESU_CLOCKWORK_SECONDS", lambda text: _whole(text, 0, 3_600)),
        allowed_origins=read("JIESU_ALLOWED_ORIGINS", lambda text: tuple(dict.fromkeys(map(_origin, text.split())))),
        photos=read("JIESU_PHOTOS", _photos),
        s3_endpoint=read("JIESU_S3_ENDPOINT", _public_url),
        s3_region=read("JIESU_S3_REGION", _region),
        s3_key_id=read("JIESU_S3_KEY_ID", _word),
        s3_secret=read("JIESU_S3_SECRET", lambda text: _with_key(_word(text), environ)),
    )


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [variable.name for variable in VARIABLES]
    for name in sorted(environ):
        if name.startswith("JIESU_") and name not in known:
            close = get_close_matches(name, known, 1)
            raise SettingsError(f"{name} is not a setting of jiesu{f'; did you mean {close[0]}?' if close else '.'}")


def _host(text: str) -> str:
    if any(character in "/@ \t" for character in text):
        raise ValueError("must be an address or a host name, such as 127.0.0.1")
    return text


def _whole(text: str, lowest: int, highest: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(highest)) and lowest <= int(text) <= highest):
        raise ValueError(f"must be a whole number from {lowest} to {highest}, not {text[:40]!r}")
    return int(text)


def _folder(text: str) -> Path:
    try:
        folder = Path(text).expanduser()
    except RuntimeError:
        raise ValueError(f"names a home folder that does not exist: {text!r}") from None
    with suppress(OSError):  # out of reach: told when it is used
        if folder.exists() and not folder.is_dir():
            raise ValueError(f"must be a folder, and {text!r} is none")
    return folder.absolute()


def _sample(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.replace(",", " ").lower().split()))
    for name in names:
        if name not in ("none", "demo", "all", *CITIES):
            raise ValueError(f"knows no {name!r}: choose none, demo, all, or some of {' '.join(CITIES)}")
    if not names or ("none" in names and len(names) > 1):
        raise ValueError("must be none alone, or else name what to load")
    return () if names == ("none",) else names


def _database_url(text: str) -> str | None:
    if not text:
        return None
    try:
        parse_url(text)
    except ClusterError as error:
        raise ValueError(str(error).removeprefix("DATABASE_URL ").removesuffix(".")) from None
    return text


def _public_url(text: str) -> str | None:
    if not text:
        return None
    _demand_web_address(text)
    if any(mark in text for mark in "?#"):
        raise ValueError(f"must have neither ? nor #, not {text!r}")
    return text.rstrip("/")


def _photos(text: str) -> tuple[str, str] | None:
    if text.lower() == "local":
        return None
    found = _BUCKET.fullmatch(text)
    if not found:
        raise ValueError("must be local or s3://bucket/prefix in plain letters, digits, dots, - and _")
    return found[1], (found[2] or "").strip("/")


def _region(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", text):
        raise ValueError(f"must be the name of a region such as us-east-1, not {text!r}")
    return text


def _word(text: str) -> str | None:
    if not all("!" <= character <= "~" for character in text):
        raise ValueError("must be printable ASCII without spaces")
    return text or None


def _with_key(secret: str | None, environ: Mapping[str, str]) -> str | None:
    if (secret is None) is bool(environ.get("JIESU_S3_KEY_ID", "").strip()):
        raise ValueError("and JIESU_S3_KEY_ID must both be given, or neither")
    return secret


def _origin(text: str) -> str:
    _demand_web_address(text)
    parts = urlsplit(text)
    if text.rstrip("/") != f"{parts.scheme}://{parts.netloc}":
        raise ValueError(f"must hold origins such as https://app.example:8443, without a path, not {text!r}")
    return text.rstrip("/").lower()


def _demand_web_address(text: str) -> None:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or "@" in text or " " in text:
        raise ValueError("must begin with http:// or https:// and a host, without a login")


def _account(text: str) -> str:
    if text == "root":
        raise ValueError("must be an unprivileged account: PostgreSQL never runs as root")
    return text


def _log_level(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}, not {text!r}")
    return text.lower()
