"""When the disk of the photos is full, at whatever step, an upload is refused and no row tells of bytes that are not there."""

from __future__ import annotations

import errno
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from resolvers.doors import store
from tests.client import Caller
from tests.pictures import code, declaration, declared, look, picture, put
from tests.tus import offset, patch
from tests.world import City

# What a full disk refuses, by the names under which the interpreter tells of it beforehand.
_TAKES_ROOM = {"open", "os.link", "os.rename", "os.mkdir"}
_MOST = 40


class FullDisk:
    """Fails one operation below a folder as a full disk does: the interpreter asks before each."""

    def __init__(self) -> None:
        self.folder = ""
        self.left = 0

    def __call__(self, event: str, given: tuple[object, ...]) -> None:
        if self.left and event in _TAKES_ROOM and str(given[0]).startswith(self.folder) and given[1:2] != ("r",):
            self.left -= 1
            if not self.left:
                raise OSError(errno.ENOSPC, "no space left on device")

    @contextmanager
    def at(self, number: int, folder: Path) -> Iterator[None]:
        """The n-th operation fails, once."""
        self.folder, self.left = str(folder), number
        try:
            yield
        finally:
            self.failed, self.left = not self.left, 0


@pytest.fixture(scope="module")
def disk() -> FullDisk:
    full = FullDisk()
    sys.addaudithook(full)  # for good: it does nothing unless it is told to
    return full


async def by_put(caller: Caller, url: str, data: bytes) -> tuple[int, str]:
    response = await put(caller, url, data)
    return response.status_code, "" if response.status_code == 200 else code(response)


async def by_tus(caller: Caller, url: str, data: bytes) -> tuple[int, str]:
    response = await patch(caller, url, await offset(caller, url), data)
    return response.status_code, "" if response.status_code == 204 else code(response)


@pytest.mark.parametrize("send", [by_put, by_tus])
async def test_whichever_operation_finds_it_full(city: City, data_dir: Path, disk: FullDisk, send: object) -> None:
    assert callable(send)
    folder, inspector = data_dir / "photos", city.as_("inspector")
    for number in range(1, _MOST):
        data = picture(size=600_000)
        (photo,) = await declared(city, declaration(data))
        url, original = photo["uploadUrl"], folder / store.original_of(hashlib.sha256(data).hexdigest())

        with disk.at(number, folder):
            said = await send(inspector, url, data)

        status = (await look(inspector, photo["id"]))["status"]
        assert list((folder / "incoming").iterdir()) == []
        if said[0] in {200, 204}:  # then it was not needed, or never came to that
            assert (status, original.read_bytes()) == ("VERIFIED", data)
        else:
            assert (said, status) == ((507, "STORAGE_FULL"), "DECLARED")
            assert (await send(inspector, url, b"" if await offset(inspector, url) else data))[0] in {200, 204, 403}
            assert original.read_bytes() == data
        if not disk.failed:
            break
    assert 3 < number < _MOST, "every operation has had its turn"
