"""上传: tus 1.0 at every `uploadUrl`, request by request, and what becomes of an upload that is disturbed."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest

from resolvers import photo, upload
from resolvers.doors import clock, db, partials, store
from schema.grammar import ids
from tests.client import Caller, Data
from tests.pictures import code, declaration, declared, get, look, picture, pieces, put, reporting, sealed
from tests.tus import base64_of, begun, checksum, dropped, head, offset, patch, settled, tus
from tests.wires import until
from tests.world import City, alter

DATA = picture(size=4_000)
FIRST, REST = DATA[:1_500], DATA[1_500:]
AGED = "UPDATE inspection_notes SET received_at = received_at - interval '15 days' WHERE id = (SELECT note_id FROM photos WHERE id = $1)"
KINDS = "SELECT kind FROM ledger WHERE jurisdiction_id = $1 AND kind IN ('PHOTO_VERIFIED', 'DOCUMENT_VERIFIED')"


def row_id(url: str) -> UUID:
    return UUID(url.rpartition("/")[2].partition(".")[0])


async def verified_times(city: City) -> int:
    return len(await db.query(KINDS, city.jurisdiction_id))


class Row(NamedTuple):
    """A request to an upload in some state, what is answered, and how many bytes there are then (None: not asked)."""

    name: str
    state: str
    method: str
    says: dict[str, str]
    body: bytes
    status: int
    code: str | None
    offset: int | None


def at(offset: int | str, **more: str) -> dict[str, str]:
    return {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset), **more}


NO_VERSION = {"Tus-Resumable": ""}
OTHER_VERSION = {"Tus-Resumable": "0.2.2"}
SUM1, SUM256, WRONG1 = checksum("sha1", REST), checksum("sha256", REST), checksum("sha1", DATA)
TABLE = [
    # HEAD: how much is there
    Row("HEAD of nothing", "empty", "HEAD", {}, b"", 200, None, 0),
    Row("HEAD of a part", "half", "HEAD", {}, b"", 200, None, 1_500),
    Row("HEAD of all", "done", "HEAD", {}, b"", 200, None, 4_000),
    Row("HEAD of all that nobody looked at yet", "whole", "HEAD", {}, b"", 200, None, 4_000),
    Row("HEAD without a version", "half", "HEAD", NO_VERSION, b"", 412, None, 1_500),
    Row("HEAD in another version", "half", "HEAD", OTHER_VERSION, b"", 412, None, 1_500),
    Row("HEAD after the end", "expired", "HEAD", {}, b"", 410, None, None),
    Row("HEAD of what will be the address later", "early", "HEAD", {}, b"", 404, None, None),
    # PATCH: more of it
    Row("all at once", "empty", "PATCH", at(0), DATA, 204, None, 4_000),
    Row("the first part", "empty", "PATCH", at(0), FIRST, 204, None, 1_500),
    Row("the rest", "half", "PATCH", at(1_500), REST, 204, None, 4_000),
    Row("a part of the rest", "half", "PATCH", at(1_500), REST[:1], 204, None, 1_501),
    Row("nothing", "half", "PATCH", at(1_500), b"", 204, None, 1_500),
    Row("nothing, when all is there", "whole", "PATCH", at(4_000), b"", 204, None, 4_000),
    Row("from the beginning again", "half", "PATCH", at(0), DATA, 409, "UPLOAD_OFFSET_MISMATCH", 1_500),
    Row("one byte too early", "half", "PATCH", at(1_499), REST, 409, "UPLOAD_OFFSET_MISMATCH", 1_500),
    Row("one byte too late", "half", "PATCH", at(1_501), REST, 409, "UPLOAD_OFFSET_MISMATCH", 1_500),
    Row("one byte too many", "half", "PATCH", at(1_500), REST + b"x", 413, "WRONG_SIZE", 1_500),
    Row("one byte after the last", "whole", "PATCH", at(4_000), b"x", 413, "WRONG_SIZE", 4_000),
    Row("other bytes of the right number", "half", "PATCH", at(1_500), bytes(2_500), 422, "WRONG_DIGEST", 0),
    Row("as another type", "half", "PATCH", {**at(1_500), "Content-Type": "image/jpeg"}, REST, 415, "UNSUPPORTED_MEDIA_TYPE", 1_500),
    Row("without an offset", "half", "PATCH", {"Content-Type": at(0)["Content-Type"]}, REST, 400, "BAD_REQUEST", 1_500),
    Row("at a negative offset", "half", "PATCH", at(-1), REST, 400, "BAD_REQUEST", 1_500),
    Row("at no number", "half", "PATCH", at("0x5dc"), REST, 400, "BAD_REQUEST", 1_500),
    Row("PATCH without a version", "half", "PATCH", {**at(1_500), **NO_VERSION}, REST, 412, "TUS_VERSION_NOT_SUPPORTED", 1_500),
    Row("PATCH after the end", "expired", "PATCH", at(1_500), REST, 410, "UPLOAD_EXPIRED", None),
    Row("more of what is done", "done", "PATCH", at(4_000), b"x", 403, "UPLOAD_DONE", 4_000),
    Row("what is done, from the beginning", "done", "PATCH", at(0), DATA, 409, "UPLOAD_OFFSET_MISMATCH", 4_000),
    # checksums
    Row("a right SHA-1", "half", "PATCH", at(1_500, **SUM1), REST, 204, None, 4_000),
    Row("a right SHA-256", "half", "PATCH", at(1_500, **SUM256), REST, 204, None, 4_000),
    Row("a wrong checksum", "half", "PATCH", at(1_500, **WRONG1), REST, 460, "CHECKSUM_MISMATCH", 1_500),
    Row("a wrong checksum of the first part", "empty", "PATCH", at(0, **WRONG1), FIRST, 460, "CHECKSUM_MISMATCH", 0),
    Row("an unknown algorithm", "half", "PATCH", at(1_500, **{"Upload-Checksum": "md5 1B2M2Y8AsgTpgAmY7PhCfg=="}), REST, 400, "BAD_REQUEST", 1_500),
    Row("a checksum that is none", "half", "PATCH", at(1_500, **{"Upload-Checksum": "sha1 ???"}), REST, 400, "BAD_REQUEST", 1_500),
    Row("a checksum too short", "half", "PATCH", at(1_500, **{"Upload-Checksum": "sha256 qqo="}), REST, 400, "BAD_REQUEST", 1_500),
    # the end of it
    Row("termination", "half", "DELETE", {}, b"", 204, None, 0),
    Row("termination of nothing", "empty", "DELETE", {}, b"", 204, None, 0),
    Row("termination of what is done", "done", "DELETE", {}, b"", 403, "UPLOAD_DONE", 4_000),
    Row("termination after the end", "expired", "DELETE", {}, b"", 410, "UPLOAD_EXPIRED", None),
    Row("termination without a version", "half", "DELETE", NO_VERSION, b"", 412, "TUS_VERSION_NOT_SUPPORTED", 1_500),
    # other ways to say it
    Row("a plain PUT", "half", "PUT", NO_VERSION, DATA, 200, None, 4_000),
    Row("a plain PUT of other bytes", "half", "PUT", NO_VERSION, DATA[::-1], 422, "WRONG_DIGEST", 1_500),
    Row("a plain PUT after the end", "expired", "PUT", NO_VERSION, DATA, 410, "UPLOAD_EXPIRED", None),
    Row("PATCH in disguise", "half", "POST", at(1_500, **{"X-HTTP-Method-Override": "PATCH"}), REST, 204, None, 4_000),
    Row("DELETE in disguise", "half", "POST", {"X-HTTP-Method-Override": "DELETE"}, b"", 204, None, 0),
    Row("POST", "half", "POST", {}, b"", 405, "METHOD_NOT_ALLOWED", 1_500),
]  # fmt: skip


async def in_state(city: City, state: str) -> str:
    """The address of an upload of DATA that has come so far."""
    (file,) = await declared(city, declaration(DATA))
    url: str = file["uploadUrl"]
    inspector = city.as_("inspector")
    if state in {"half", "expired"}:
        assert (await patch(inspector, url, 0, FIRST)).status_code == 204
    if state == "expired":
        await alter(AGED, row_id(url))
    if state == "whole":  # as if the process had died after the last byte
        path = partials.Partial(row_id(url), 0).path
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(DATA)
    if state == "done":
        assert (await put(inspector, url, DATA)).status_code == 200
    return f"{url}.1" if state == "early" else url


@pytest.mark.parametrize("row", TABLE, ids=[row.name for row in TABLE])
async def test_the_protocol_is_kept_request_by_request(city: City, row: Row) -> None:
    url, inspector = await in_state(city, row.state), city.as_("inspector")

    response = await tus(inspector, row.method, url, row.body or None, **row.says)

    assert response.status_code == row.status, response.text
    assert response.headers["tus-resumable"] == "1.0.0"
    assert response.headers["x-content-type-options"] == "nosniff"
    if row.code:
        assert code(response) == row.code
    if row.status == 412:
        assert response.headers["tus-version"] == "1.0.0"
    if row.method == "PATCH" and row.status == 204:
        assert int(response.headers["upload-offset"]) == row.offset
    if row.offset is None:
        return
    after = await head(inspector, url)
    said = {name: after.headers[name] for name in ("upload-offset", "upload-length", "cache-control")}
    assert said == {"upload-offset": str(row.offset), "upload-length": "4000", "cache-control": "no-store"}
    assert after.content == b""
    is_done = row.offset == 4_000
    assert ("upload-expires" in after.headers) != is_done
    node = await look(inspector, ids.encode("Photo", row_id(url)))
    assert node["status"] == ("VERIFIED" if is_done else "DECLARED")
    assert node["uploadUrl"] == (None if is_done else url)
    assert await verified_times(city) == int(is_done)
    if is_done:
        assert (await get(inspector, node["url"])).content == DATA


async def test_what_the_server_can_do_is_said_to_anybody(city: City) -> None:
    (file,) = await declared(city, declaration(DATA))
    for url in (f"{city.base_url}/uploads", file["uploadUrl"]):
        response = await city.http.options(url)
        assert response.status_code == 204
        assert response.headers["tus-version"] == "1.0.0"
        assert response.headers["tus-extension"] == "creation,checksum,termination,expiration"
        assert response.headers["tus-max-size"] == str(20 * 2**20)
        assert response.headers["tus-checksum-algorithm"] == "sha1,sha256"
        assert "tus-resumable" not in response.headers


# --- creation: the address of what was declared


async def create(caller: Caller, metadata: str, length: str = "4000", **headers: str) -> tuple[int, str | None]:
    said = {"Upload-Metadata": metadata, "Upload-Length": length, **headers}
    response = await tus(caller, "POST", f"{caller.base_url}/uploads", None, **said)
    assert response.headers["tus-resumable"] == "1.0.0"
    return response.status_code, response.headers.get("location")


async def test_a_client_that_only_creates_is_told_the_same_address(city: City) -> None:
    (file,) = await declared(city, declaration(DATA))
    inspector, url = city.as_("inspector"), file["uploadUrl"]

    for name in (file["id"], str(row_id(url))):
        for metadata in (f"photo {base64_of(name.encode())}", f"filename dC5qcGc=,photo {base64_of(name.encode())}"):
            status, location = await create(inspector, metadata)
            assert (status, f"{city.base_url}{location}") == (201, url)

    assert (await patch(inspector, url, 0, DATA)).status_code == 204
    assert (await look(inspector, file["id"]))["status"] == "VERIFIED"


async def test_nothing_is_created_that_was_not_declared(city: City, other_city: City) -> None:
    (file,) = await declared(city, declaration(DATA))
    metadata = f"photo {base64_of(file['id'].encode())}"
    inspector = city.as_("inspector")
    nobody = f"photo {base64_of(str(uuid4()).encode())}"

    assert (await create(inspector, metadata, "4001"))[0] == 400
    assert (await create(inspector, metadata, str(20 * 2**20 + 1)))[0] == 413
    for length in ("", "-1", "4e3", "9" * 40):
        assert (await create(inspector, metadata, length))[0] == 400
    assert (await create(inspector, metadata, **{"Upload-Defer-Length": "1", "Upload-Length": ""}))[0] == 400
    for broken in ("", "photo", "photo ???", "other YQ==", "photo,photo"):
        assert (await create(inspector, broken))[0] in {400, 404}, broken
    for absent in (
        nobody,
        f"photo {base64_of(b'x')}",
        f"photo {base64_of(ids.encode('Case', row_id(file['uploadUrl'])).encode())}",
    ):
        assert (await create(inspector, absent))[0] == 404
    for who in (city.as_("inspector2"), city.as_("clerk"), city.as_("admin"), other_city.as_("inspector")):
        assert (await create(who, metadata))[0] == 404
    assert (await create(city.anonymous, metadata))[0] == 401
    assert (await create(inspector, metadata, **{"Tus-Resumable": "0.1"}))[0] == 412


async def test_a_sealed_document_is_sent_in_pieces_as_a_photo_is(city: City) -> None:
    case, data = await city.case_in("IN_PROGRESS"), sealed()
    given = {"caseId": case["id"], "expectedVersion": case["version"], **reporting(data)}
    shape = "filingReport { id documentUploadUrl documentStatus }"
    report = (await city.as_("clerk").done("submitFilingReport", shape, **given))["filingReport"]
    clerk, url = city.as_("clerk"), report["documentUploadUrl"]

    status, location = await create(clerk, f"document {base64_of(report['id'].encode())}", str(len(data)))
    assert (status, f"{city.base_url}{location}") == (201, url)
    assert (await patch(clerk, url, 0, data[:700])).status_code == 204
    assert (await patch(clerk, url, 700, data[700:])).status_code == 204

    assert await offset(clerk, url) == len(data)
    assert await verified_times(city) == 1
    assert (await put(clerk, f"{city.base_url}/documents/{row_id(url)}/content", data)).status_code == 200


async def test_the_address_of_earlier_releases_still_takes_the_bytes(city: City) -> None:
    (file,) = await declared(city, declaration(DATA))
    inspector, url = city.as_("inspector"), file["uploadUrl"]
    assert (await patch(inspector, url, 0, FIRST)).status_code == 204

    response = await put(inspector, f"{url.replace('/uploads/', '/photos/')}/content", DATA)

    assert response.status_code == 200
    assert await offset(inspector, url) == 4_000


# --- the 14 days


async def test_after_14_days_there_is_a_new_address_and_the_old_one_is_gone(city: City) -> None:
    url, inspector = await in_state(city, "expired"), city.as_("inspector")
    partial = partials.Partial(row_id(url), 0)
    assert partial.size() == 1_500

    fresh = (await look(inspector, ids.encode("Photo", row_id(url))))["uploadUrl"]
    await upload.sweep(clock.now())

    assert fresh == f"{url}.1"
    assert partial.size() == 0
    assert (await head(inspector, url)).status_code == 410
    assert (await create(inspector, f"photo {base64_of(str(row_id(url)).encode())}"))[1] == f"/uploads/{row_id(url)}.1"
    assert await offset(inspector, fresh) == 0
    assert (await patch(inspector, fresh, 0, DATA)).status_code == 204
    assert await offset(inspector, url) == 4_000, "what is done has no more periods"


async def test_the_sweep_takes_what_nobody_waits_for_and_nothing_else(city: City) -> None:
    kept, done = await in_state(city, "half"), await in_state(city, "done")
    strays = [partials.Partial(uuid4(), 0), partials.Partial(row_id(done), 0), partials.Partial(row_id(kept), 3)]
    for stray in strays:
        stray.path.write_bytes(FIRST)

    await upload.sweep(clock.now())

    assert [stray.size() for stray in strays] == [0, 0, 0]
    assert await offset(city.as_("inspector"), kept) == 1_500


# --- disturbed


@pytest.mark.parametrize("cut", [1, 300_000, 999_999])
async def test_what_came_before_the_line_dropped_is_kept(city: City, cut: int) -> None:
    data = picture(size=1_000_000)
    (file,) = await declared(city, declaration(data))
    inspector, url = city.as_("inspector"), file["uploadUrl"]

    await dropped(inspector, url, 0, len(data), data[:cut])

    await until(lambda: partials.Partial(row_id(url), 0).size() == cut)
    assert await settled(inspector, url) == cut
    assert (await patch(inspector, url, cut, data[cut:])).status_code == 204
    found = await look(inspector, file["id"])
    assert (await get(inspector, found["url"])).content == data


async def test_what_was_to_be_checked_and_could_not_be_is_not_kept(city: City) -> None:
    url, inspector = await in_state(city, "half"), city.as_("inspector")

    await dropped(inspector, url, 1_500, len(REST), REST[:2_000], **checksum("sha1", REST))

    assert await settled(inspector, url) == 1_500


async def test_a_slow_upload_is_on_disk_before_its_line_ends(city: City) -> None:
    data = picture(size=100_000)
    (file,) = await declared(city, declaration(data))
    inspector, url = city.as_("inspector"), file["uploadUrl"]
    _, writer = await begun(inspector, url, 0, len(data), data[:10_000])
    await asyncio.sleep(1.1)
    writer.write(data[10_000:20_000])

    await until(lambda: partials.Partial(row_id(url), 0).size() == 20_000)

    assert await offset(inspector, url) == 20_000
    writer.close()
    assert await settled(inspector, url) == 20_000


async def test_one_byte_too_many_in_a_body_of_unknown_length_undoes_this_body_alone(city: City) -> None:
    url, inspector = await in_state(city, "half"), city.as_("inspector")

    response = await patch(inspector, url, 1_500, pieces(REST + bytes(2**20), 100_000))

    assert (response.status_code, code(response)) == (413, "WRONG_SIZE")
    assert await offset(inspector, url) == 1_500


async def test_a_second_writer_is_told_to_wait_and_harms_nothing(city: City) -> None:
    data = picture(size=600_000)
    (file,) = await declared(city, declaration(data))
    inspector, url = city.as_("inspector"), file["uploadUrl"]
    reader, writer = await begun(inspector, url, 0, len(data), data[:300_000])
    await until(lambda: partials.Partial(row_id(url), 0).size() > 0)

    for response in (await patch(inspector, url, 0, data), await tus(inspector, "DELETE", url)):
        assert (response.status_code, code(response)) == (423, "UPLOAD_BUSY")
    writer.write(data[300_000:])

    assert (await reader.readline()).startswith(b"HTTP/1.1 204")
    writer.close()
    assert await offset(inspector, url) == len(data)
    assert await verified_times(city) == 1


async def test_the_turn_of_a_writer_that_died_passes_on(city: City) -> None:
    url, inspector = await in_state(city, "half"), city.as_("inspector")
    dead = partials.Turn(row_id(url))
    assert await dead.take()
    assert (await patch(inspector, url, 1_500, REST)).status_code == 423
    await alter("UPDATE upload_leases SET expires_at = now() - interval '1 second' WHERE upload_id = $1", row_id(url))

    assert (await patch(inspector, url, 1_500, REST)).status_code == 204

    dead.sure_until = 0.0  # it was away for longer than it may be sure
    with pytest.raises(partials.Busy):
        await dead.hold()


async def test_a_writer_whose_turn_was_taken_writes_no_more(city: City) -> None:
    data = picture(size=600_000)
    (file,) = await declared(city, declaration(data))
    inspector, url = city.as_("inspector"), file["uploadUrl"]
    reader, writer = await begun(inspector, url, 0, len(data), data[:300_000])
    await until(lambda: partials.Partial(row_id(url), 0).size() > 0)
    await alter("UPDATE upload_leases SET holder = $2 WHERE upload_id = $1", row_id(url), uuid4())
    size = partials.Partial(row_id(url), 0).size()
    await asyncio.sleep(3.1)

    writer.write(data[300_000:])

    assert (await reader.readline()).startswith(b"HTTP/1.1 423")
    writer.close()
    assert partials.Partial(row_id(url), 0).size() == size


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("UPDATE tokens SET revoked_at = now() WHERE person_id = $1", b"401"),
        ("UPDATE role_grants SET valid_to = now() WHERE person_id = $1", b"401"),
        ("UPDATE photos SET declared_by = NULL WHERE declared_by = $1", b"404"),
    ],
    ids=["the token", "the role", "the declaration"],
)
@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_an_upload_under_way_ends_with_the_right_to_it(
    city: City, change: str, status: bytes, method: str
) -> None:
    data = picture(size=600_000)
    (file,) = await declared(city, declaration(data))
    inspector, url = city.as_("inspector"), file["uploadUrl"]
    reader, writer = await begun(inspector, url, 0, len(data), data[:300_000], method=method)
    await asyncio.sleep(0.2)
    await alter(change, city.persons["inspector"])
    await asyncio.sleep(2.1)

    writer.write(data[300_000:400_000])

    assert (await reader.readline()).startswith(b"HTTP/1.1 " + status)
    writer.close()
    assert partials.Partial(row_id(url), 0).size() <= 300_000
    assert await verified_times(city) == 0


@pytest.mark.parametrize("who", ["inspector2", "clerk", "west_inspector", "agent", "admin"])
async def test_an_upload_is_its_declarer_s_alone(city: City, who: str) -> None:
    url = await in_state(city, "half")
    absent = f"{city.base_url}/uploads/{uuid4()}"

    requests: list[tuple[str, dict[str, str]]] = [("HEAD", {}), ("PATCH", at(1_500)), ("DELETE", {}), ("PUT", {})]
    for method, says in requests:
        body = REST if method in {"PATCH", "PUT"} else None
        found = await tus(city.as_(who), method, url, body, **says)
        nowhere = await tus(city.as_(who), method, absent, body, **says)
        assert (found.status_code, found.content) == (404, nowhere.content)

    assert await offset(city.as_("inspector"), url) == 1_500


@pytest.mark.parametrize(
    "name",
    ["x", "%2e%2e%2fincoming", "00000000-0000-0000-0000-000000000000", "{key}.0", "{key}.01", "{key}.-1", "{key}.x",
     "{key}.1.1", "{KEY}", "{hex}", "{key}%00", "{key}/", " {key}", "{key}." + "9" * 40],
)  # fmt: skip
async def test_an_address_we_did_not_make_leads_nowhere(city: City, name: str) -> None:
    url = await in_state(city, "half")
    key = str(row_id(url))
    made = name.format(key=key, KEY=key.upper(), hex=key.replace("-", ""))

    response = await head(city.as_("inspector"), f"{city.base_url}/uploads/{made}")

    assert response.status_code == (307 if made.endswith("/") else 404)


# --- what is kept


async def test_the_same_bytes_declared_twice_are_one_sealed_object(city: City, data_dir: Path) -> None:
    data = picture(size=5_000)
    files = [*await declared(city, declaration(data)), *await declared(city, declaration(data))]
    inspector = city.as_("inspector")
    for file in files:
        assert (await patch(inspector, file["uploadUrl"], 0, data)).status_code == 204

    name = store.original_of(files_sha(data))
    lying = [path for path in (data_dir / "photos").rglob("*") if path.is_file() and path.read_bytes() == data]
    assert lying == [data_dir / "photos" / name]
    assert lying[0].stat().st_mode & 0o777 == 0o400
    for file in files:
        assert (await get(inspector, (await look(inspector, file["id"]))["url"])).content == data


def files_sha(data: bytes) -> str:
    found: str = declaration(data)["sha256"]
    return found


async def test_what_an_earlier_release_kept_under_an_id_is_still_served(city: City, data_dir: Path) -> None:
    data = picture(size=5_000)
    (file,) = await declared(city, declaration(data))
    inspector, url = city.as_("inspector"), file["uploadUrl"]
    assert (await put(inspector, url, data)).status_code == 200
    folder, key = data_dir / "photos", row_id(url).hex
    former = folder / key[:2] / key
    former.parent.mkdir(exist_ok=True)
    (folder / store.original_of(files_sha(data))).rename(former)
    stranger = folder / key[:2] / uuid4().hex
    stranger.write_bytes(b"of nobody we know")
    seen = await look(inspector, file["id"])
    assert (await get(inspector, seen["url"])).status_code == 404

    for _ in range(2):
        await photo.adopt()

    assert (await get(inspector, seen["url"])).content == data
    assert not former.exists()
    assert stranger.exists(), "what no row names is not ours to rename"
    stranger.unlink()


async def test_objects_nobody_declared_go_after_a_day_and_no_others(city: City, data_dir: Path) -> None:
    data, stray = picture(size=5_000), picture(size=5_000)
    (file,) = await declared(city, declaration(data))
    inspector = city.as_("inspector")
    assert (await put(inspector, file["uploadUrl"], data)).status_code == 200
    mine, fresh = files_sha(data), files_sha(picture())
    others = [store.original_of(files_sha(stray)), store.copy_of(files_sha(stray), 320)]
    kept = [store.original_of(mine), store.copy_of(mine, 320), store.original_of(fresh)]
    for name in (*others, *kept[1:]):
        await store.put(name, stray)
    long_ago = time.time() - 90_000
    for name in (*others, *kept[:2]):
        os.utime(data_dir / "photos" / name, (long_ago, long_ago))

    assert await upload.sweep_objects(clock.now()) == 2

    assert [await store.has(name) for name in others] == [False, False]
    assert [await store.has(name) for name in kept] == [True, True, True]
    await store.remove(kept[2])


async def test_a_death_between_the_object_and_its_row_hangs_nothing(city: City) -> None:
    url, inspector = await in_state(city, "whole"), city.as_("inspector")
    arrived = await partials.Partial(row_id(url), 0).examine()
    await store.keep(arrived, store.original_of(arrived.sha256))

    assert await offset(inspector, url) == 4_000

    assert await verified_times(city) == 1
    assert partials.Partial(row_id(url), 0).size() == 0


async def test_nobody_gets_a_photo_verified_by_knowing_its_digest(city: City) -> None:
    await in_state(city, "done")
    (file,) = await declared(city, declaration(DATA))
    inspector = city.as_("inspector")

    assert await offset(inspector, file["uploadUrl"]) == 0

    assert (await look(inspector, file["id"]))["status"] == "DECLARED"


# --- quotas


MOST = 20 * 2**20


def announced(size: int, count: int) -> list[Data]:
    return [{**declaration(os.urandom(8)), "byteSize": size} for _ in range(count)]


async def test_sixteen_at_once_declare_not_a_byte_more_than_a_day_allows(city: City) -> None:
    cases = [await city.case_in("IN_PROGRESS") for _ in range(4)]
    size = MOST  # 25 of them are the 500 MiB of a day

    async def declare(number: int) -> list[Data]:
        said = {"photos": announced(size, 3)}
        return await _errors(city, cases[number % 4], said)

    refusals = await asyncio.gather(*(declare(number) for number in range(16)))

    assert sorted(len(errors) for errors in refusals) == [0] * 8 + [1] * 8
    assert {(e["code"], tuple(e["path"])) for errors in refusals for e in errors} == {("QUOTA_EXCEEDED", ("photos",))}
    assert await _errors(city, cases[0], {"photos": announced(size, 1)}) == []
    assert len(await _errors(city, cases[0], {"photos": announced(1, 1)})) == 1
    assert await _errors(city, cases[0], {}) == [], "a note without photos"
    await alter("UPDATE inspection_notes SET received_at = received_at - interval '1 day' WHERE case_id = ANY($1::uuid[])",
                [ids.wanted(case["id"], "Case") for case in cases])  # fmt: skip
    assert await _errors(city, cases[0], {"photos": announced(size, 9)}) == [], "a new day"


async def _errors(city: City, case: Data, given: Data) -> list[Data]:
    visit = {
        "caseId": case["id"],
        "capturedAt": "2026-11-20T10:00:00+08:00",
        "inspectors": [city.login("inspector"), city.login("inspector2")],
        "findings": "现场检查。",
    }
    payload = await city.as_("inspector").do("addInspectionNote", "inspectionNote { id }", **visit, **given)
    found: list[Data] = payload["userErrors"]
    return found


@pytest.mark.parametrize(
    ("there", "each", "too_much", "just_enough"),
    [(102, MOST, announced(2**23 + 1, 1), announced(2**23, 1)), (499, 1, announced(1, 2), announced(1, 1))],
    ids=["bytes", "photos"],
)
async def test_a_case_has_its_quota_too(
    city: City, there: int, each: int, too_much: list[Data], just_enough: list[Data]
) -> None:
    case = await city.case_in("IN_PROGRESS")
    (file,) = await declared(city, *announced(each, 1), case=case)
    note = "(SELECT note_id FROM photos WHERE id = $1)"
    await db.atomic(db.execute)(
        "INSERT INTO photos (id, note_id, ordinal, sha256, byte_size, content_type, status)"
        f" SELECT gen_random_uuid(), {note}, g, repeat('0', 64), $2, 'image/jpeg', 'DECLARED' FROM generate_series(1, $3) g",
        row_id(file["uploadUrl"]),
        each,
        there - 1,
    )
    await alter(AGED, row_id(file["uploadUrl"]))  # the day's quota is another matter

    (error,) = await _errors(city, case, {"photos": too_much})
    assert (error["code"], error["path"]) == ("QUOTA_EXCEEDED", ["photos"])
    assert await _errors(city, case, {"photos": just_enough}) == []
    assert len(await _errors(city, case, {"photos": announced(1, 1)})) == 1
