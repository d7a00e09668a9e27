"""Orders and cursors: by what a page is sorted, and the opaque name of a place in it."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from resolvers.models import Table
from resolvers.terms.actor import Refused
from resolvers.terms.codes import Code
from schema.grammar import ids

_BIGINT_BITS = 63


@dataclass(frozen=True, slots=True)
class Order:
    """What a page is ordered by: a column or named expression that is never null, then the id."""

    column: str
    kind: type = datetime
    descending: bool = False

    def sql(self, model: type[Table], t: str) -> str:
        """The expression over an alias. It binds nothing, so that an index can hold it."""
        return model.computed.get(self.column, f"{{t}}.{self.column}").replace("{t}", t)

    def read(self, said: Any) -> datetime | int | str:
        """The sort value a cursor spells; an error for what no row could hold."""
        if self.kind is datetime:
            return datetime.fromisoformat(said).astimezone(UTC)
        value: int | str = self.kind(said)
        if value.bit_length() > _BIGINT_BITS if isinstance(value, int) else "\x00" in value:
            raise ValueError("no column holds this")
        return value


@dataclass(frozen=True, slots=True)
class Place:
    """What a cursor names: a list, and a row's sort value and id in it."""

    listed: str
    value: object
    key: UUID


def spell(listed: str, value: object, key: UUID) -> str:
    """The cursor of a row in the list of this digest."""
    return ids.opaque(orjson.dumps((listed, value, str(key))))


def read(cursor: str, order: Order, path: str) -> Place:
    """The place a cursor names; a refusal for what we would not have spelt ourselves: one spelling a place."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        listed, value, key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        place = Place(str(listed), order.read(value), UUID(key))
        if spell(place.listed, place.value, place.key) == cursor:
            return place
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
        pass
    raise foreign(path)


def foreign(path: str) -> Refused:
    return Refused(Code.INVALID_INPUT, path, message="游标无效, 或不属于这个列表。")


def digest(*facts: object) -> str:
    """Tells one list from another, so that no cursor is taken for a place in a list it is not from."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:8]
