"""Scalars under the names the tools know: DateTime is UTC out and wants an offset in."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY
from strawberry.types.scalar import ScalarDefinition

_LONGEST = 40
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def _read_instant(value: Any) -> datetime:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise GraphQLError("DateTime: 须为带时区的 ISO 8601 时间, 例如 2020-01-24T08:30:00+08:00。")
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise GraphQLError("DateTime: 缺少时区, 例如 2020-01-24T08:30:00+08:00。")
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise GraphQLError("DateTime: 须为带时区的 ISO 8601 时间, 例如 2020-01-24T08:30:00+08:00。") from None


def _say_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_amount(value: Any) -> Decimal:
    """Digits as JSON writes them: Python would also take `1_000`, full-width digits and NaN."""
    plain = isinstance(value, str | int | float) and not isinstance(value, bool) and len(str(value)) <= _LONGEST
    if not plain or not _NUMBER.fullmatch(str(value)):
        raise GraphQLError("Decimal: 须为数字, 例如 128.50。")
    return Decimal(str(value))


DateTime = strawberry.scalar(
    name="DateTime",
    description="时间: an instant, ISO 8601; UTC in answers, any offset in inputs, but an offset is required.",
    serialize=_say_instant,
    parse_value=_read_instant,
)
Amount = strawberry.scalar(
    name="Decimal",
    description="十进制数: exact decimal as text, for yuan.",
    serialize=str,
    parse_value=_read_amount,
)


def scalar_map() -> dict[object, ScalarDefinition]:
    """Ours over the library's, and descriptions for those we keep."""
    described = {
        "Date": "日期: a day, YYYY-MM-DD, in the jurisdiction's time zone.",
        "UUID": "UUID: made by the client.",
    }
    kept = {
        python: strawberry.scalar(
            name=found.name,
            description=described[found.name],
            serialize=found.serialize or str,
            parse_value=found.parse_value,
        )
        for python, found in DEFAULT_SCALAR_REGISTRY.items()
        if isinstance(found, ScalarDefinition) and found.name in described
    }
    return {**kept, datetime: DateTime, Decimal: Amount}
