"""What a client may say on a graphql-transport-ws socket, checked before anything is made of it."""

from __future__ import annotations

from api.limits import unspeakable

TYPES = frozenset({"connection_init", "ping", "pong", "subscribe", "complete"})
WITH_ID = frozenset({"subscribe", "complete"})


def flaw_of(message: object) -> str | None:
    """Why the message is malformed, in the words of the close frame; None if it is well-formed."""
    if not isinstance(message, dict):
        return "Message must be a JSON object"
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        return "Unknown message type"
    if kind in WITH_ID and not _is_name(message.get("id")):
        return "Message id must be a non-empty string"
    payload = message.get("payload")
    if unspeakable({**message, "payload": None} if kind == "subscribe" else message, "message"):
        return "Message holds characters that are no text"
    return _subscription_flaw(payload) if kind == "subscribe" else _payload_flaw(payload)


def _payload_flaw(payload: object) -> str | None:
    return None if payload is None or isinstance(payload, dict) else "Message payload must be an object or null"


def _subscription_flaw(payload: object) -> str | None:
    if not isinstance(payload, dict):
        return "Subscribe payload must be an object"
    if not isinstance(payload.get("query"), str):
        return "Query must be a string"
    if not isinstance(payload.get("operationName"), str | None):
        return "Operation name must be a string or null"
    if not all(isinstance(payload.get(part), dict | None) for part in ("variables", "extensions")):
        return "Variables and extensions must be objects or null"
    return None


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value != ""
