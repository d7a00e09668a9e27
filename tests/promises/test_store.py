"""What is kept is kept alike on the local disk and in a bucket, and nothing is ever half there."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from resolvers.doors import clock, store
from resolvers.terms.actor import Unavailable
from resolvers.terms.bucket import Bucket
from resolvers.upload import sweep_objects
from tests.bucket import bucket_server, made_bucket
from tests.cluster import throw_away_folder
from tests.pictures import code, declaration, declared, get, look, picture, pieces, put, submit_report
from tests.tus import offset, patch
from tests.world import City

DATA = picture(size=6 * 2**20)  # more than one part of an upload in parts
NAME = store.original_of(hashlib.sha256(DATA).hexdigest())


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with bucket_server() as url:
        yield url


@pytest.fixture
def bucket(s3: str) -> Bucket:
    return made_bucket(s3)


@pytest.fixture
def folder() -> Iterator[Path]:
    with throw_away_folder() as made:
        yield made


@pytest.fixture(params=["disk", "bucket"])
def opened(request: pytest.FixtureRequest, folder: Path, bucket: Bucket) -> Iterator[Path]:
    """A store of either kind; where on the local disk bytes arrive."""
    with store.lodging(folder, bucket if request.param == "bucket" else None):
        yield folder / "incoming"


async def kept(data: bytes, name: str) -> None:
    arrived = await store.receive(pieces(data, 300_000), len(data))
    await store.keep(arrived, name)
    store.discard(arrived.path)


def under_way(incoming: Path) -> list[Path]:
    return list(incoming.iterdir())


async def read(name: str, *span: int) -> bytes | None:
    found = await store.chunks(name, *span)
    return None if found is None else b"".join([chunk async for chunk in found])


async def test_what_is_kept_comes_back_whole_in_part_and_as_a_file(opened: Path) -> None:
    await kept(DATA, NAME)

    assert (await store.has(NAME), await store.size_of(NAME)) == (True, len(DATA))
    assert await read(NAME) == DATA
    assert await read(NAME, 5, 5_000_000) == DATA[5:5_000_000]
    assert await read(NAME, len(DATA) - 1, len(DATA) + 9) == DATA[-1:]
    assert await read(NAME, 7, 7) == b""
    async with store.local_copy(NAME) as path:
        assert path.read_bytes() == DATA
    assert under_way(opened) == []


async def test_what_is_not_there_is_told_so(opened: Path) -> None:
    assert (await store.has(NAME), await store.size_of(NAME), await read(NAME)) == (False, None, None)
    await store.remove(NAME)
    with pytest.raises(FileNotFoundError):
        async with store.local_copy(NAME):
            pass
    assert under_way(opened) == []


async def test_the_same_content_kept_by_many_at_once_is_one_object(opened: Path) -> None:
    await asyncio.gather(*(kept(DATA, NAME) for _ in range(8)))
    await kept(DATA, NAME)

    assert [name async for names in store.listed(store.ORIGINALS, clock.now().timestamp() + 60) for name in names] == [
        NAME
    ]
    assert await read(NAME) == DATA
    assert under_way(opened) == []


async def test_what_is_made_here_replaces_what_was_made_before(opened: Path) -> None:
    name = store.copy_of("ab" * 32, 320)

    for content in (b"first", b"second, and longer", b"3rd"):
        await store.put(name, content)
        assert await read(name) == content

    await store.remove(name)
    assert not await store.has(name)
    assert under_way(opened) == []


@pytest.mark.usefixtures("opened")
async def test_what_was_written_lately_is_not_listed() -> None:
    await store.put(NAME, b"x")

    assert [names async for names in store.listed(store.ORIGINALS, clock.now().timestamp() - 60)] == []


async def test_a_bucket_out_of_reach_is_unavailable_and_says_no_more(folder: Path, bucket: Bucket) -> None:
    elsewhere = (replace(bucket, name="no-such-bucket"), replace(bucket, endpoint="http://127.0.0.1:9"))
    for wrong in elsewhere:
        with store.lodging(folder, wrong):
            with pytest.raises(Unavailable):
                await kept(b"x", NAME)
            assert len(under_way(folder / "incoming")) == 1, "what arrived is still here"
            store.sweep(clock.now().timestamp() + 60)
    with store.lodging(folder, elsewhere[1]), pytest.raises(Unavailable):
        await store.size_of(NAME)


async def test_photos_and_documents_live_in_a_bucket_as_they_do_on_disk(
    city: City, data_dir: Path, bucket: Bucket
) -> None:
    with store.lodging(data_dir / "photos", bucket):
        data, inspector = picture(size=400_000), city.as_("inspector")
        first, second = await declared(city, declaration(data), declaration(data))
        assert (await put(inspector, first["uploadUrl"], data)).status_code == 200
        assert (await patch(inspector, second["uploadUrl"], 0, data[:150_000])).status_code == 204
        assert (await patch(inspector, second["uploadUrl"], 150_000, data[150_000:])).status_code == 204
        for file in (first, second):
            assert (await get(inspector, (await look(inspector, file["id"]))["url"])).content == data
        await submit_report(city, await city.case_in("IN_PROGRESS"))
        name = store.original_of(hashlib.sha256(data).hexdigest())
        assert not (data_dir / "photos" / name).exists()
        listing = (await city.http.get(f"{bucket.endpoint}/{bucket.name}?list-type=2")).text
        assert f"<Key>{bucket.prefix}/{name}</Key>" in listing
        assert listing.count("<Key>") == 2

        assert await sweep_objects(clock.now()) == 0
        await store.put(store.copy_of("cd" * 32, 320), b"of nobody")
        assert await sweep_objects(clock.now()) == 0, "not a day old"


async def test_while_the_bucket_is_away_an_upload_waits_and_is_finished_later(
    city: City, data_dir: Path, bucket: Bucket
) -> None:
    data, inspector = picture(), city.as_("inspector")
    (file,) = await declared(city, declaration(data))
    url = file["uploadUrl"]
    with store.lodging(data_dir / "photos", replace(bucket, endpoint="http://127.0.0.1:9")):
        response = await patch(inspector, url, 0, data)
        assert (response.status_code, code(response)) == (503, "UNAVAILABLE")
        assert (await put(inspector, url, data)).status_code == 503
    assert (await look(inspector, file["id"]))["status"] == "DECLARED"

    with store.lodging(data_dir / "photos", bucket):
        assert await offset(inspector, url) == len(data)
        found = await look(inspector, file["id"])
        assert found["status"] == "VERIFIED"
        assert (await get(inspector, found["url"])).content == data
