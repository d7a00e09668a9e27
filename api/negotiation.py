"""Which of the two JSON types an `Accept` header asks for (GraphQL over HTTP; RFC 9110, 12.5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.datastructures import Headers

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

WIDTHS = {"*/*": 0, "application/*": 1}
"""How exact a range is; a type named in full counts 2."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One range of the header: `application/*;q=0.5` at its place."""

    media: str
    quality: float
    place: int

    @property
    def exactness(self) -> int:
        return WIDTHS.get(self.media, 2)

    def covers(self, media: str) -> bool:
        return self.media == media or self.media in WIDTHS


def accepted(headers: Headers) -> str:
    return ",".join(headers.getlist("accept"))


@lru_cache(256)
def negotiate(accept: str) -> str | None:
    """The better wish wins, then the more exact, then the earlier. None: nothing we have is wanted."""
    if not accept.strip():
        return JSON
    wishes = _wishes(accept)
    ranked = [(*rank, media) for media in (JSON, GRAPHQL_RESPONSE) if (rank := _rank(wishes, media))]
    return max(ranked)[-1] if ranked else None


def names_json(accept: str) -> bool:
    """Whether one of our types is asked for by its full name."""
    return any(wish.media in {JSON, GRAPHQL_RESPONSE} and wish.quality > 0 for wish in _wishes(accept))


def _rank(wishes: list[Wish], media: str) -> tuple[float, int, int, bool] | None:
    fitting = [wish for wish in wishes if wish.covers(media)]
    wish = max(fitting, key=lambda wish: wish.exactness, default=None)
    if wish is None or wish.quality <= 0:
        return None
    return wish.quality, wish.exactness, -wish.place, media == (JSON if wish.media == "*/*" else GRAPHQL_RESPONSE)


def _wishes(accept: str) -> list[Wish]:
    parts = (part.lower().replace(" ", "").split(";") for part in accept.split(","))
    return [Wish(media, _quality(parameters), place) for place, (media, *parameters) in enumerate(parts) if media]


def _quality(parameters: list[str]) -> float:
    given = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
    try:
        return min(float(given), 1.0)
    except ValueError:
        return 0.0
