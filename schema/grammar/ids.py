"""Opaque global ids: which type, which row. They open nothing: every id goes through `access`."""

import base64
import binascii
from uuid import UUID

from resolvers.models import Table
from resolvers.terms.actor import Refused
from resolvers.terms.codes import Code

_MODELS: dict[str, type[Table]] = {}
_LONGEST = 200
_ADDRESSABLE = bytes.maketrans(b"+/", b"-_")


def register(name: str, model: type[Table]) -> None:
    """A type of the schema and the model its values come from; one of each."""
    if name in _MODELS or model in _MODELS.values():
        raise TypeError(f"{name}: type or model already registered")
    _MODELS[name] = model


def encode(name: str, key: UUID) -> str:
    return opaque(f"{name}:{key}".encode())


def opaque(said: bytes) -> str:
    """Base64 as addresses take it, without padding: `base64.urlsafe_b64encode` at half its cost."""
    return binascii.b2a_base64(said, newline=False).translate(_ADDRESSABLE, b"=").decode()


def read(text: str) -> tuple[str, UUID] | None:
    """Type name and row id; None for anything we did not make."""
    if len(text) > _LONGEST or not text.isascii():
        return None
    try:
        name, _, key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")
        found = UUID(key)
    except (ValueError, binascii.Error):
        return None
    # One spelling an id: what we would not have printed ourselves is not ours.
    return (name, found) if name in _MODELS and encode(name, found) == text else None


def model(name: str) -> type[Table]:
    return _MODELS[name]


def name(of: type[Table]) -> str:
    """The type whose values are this model's rows."""
    return next(name for name, model in _MODELS.items() if model is of)


def wanted(text: str, name: str, *path: str) -> UUID:
    """The row id of an input that must name an object of this type; `NOT_FOUND` for anything else."""
    found = read(text)
    if found is None or found[0] != name:
        raise Refused(Code.NOT_FOUND, *path)
    return found[1]


def reference(text: str, name: str, *path: str) -> UUID | str:
    """A row id, or, when the text is no id of ours, the text itself (a login)."""
    found = read(text)
    return text if found is None else wanted(text, name, *path)
