"""An enum whose members carry their Chinese label and English gloss, once."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Self


class Term(StrEnum):
    """Member value is the public name; `label` is the described meaning, Chinese term first."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    # An enum's own is written in Python, and terms are looked up in every request.
    __hash__ = str.__hash__

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def of(cls, value: str) -> Self:
        """The member of a public name, or ValueError."""
        try:
            return cls._named()[value]
        except KeyError:
            raise ValueError(value) from None

    @classmethod
    @cache
    def _named(cls) -> dict[str, Self]:
        return {member.value: member for member in cls}


# Metadata of a field of a request that requests to the last release did not have: one that says nothing in it is the
# same request as before, so that what a phone sends again after the release changed is known.
LATER = {"joined": "later"}
