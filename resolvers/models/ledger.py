"""The ledger: audit chain, event feed and resume log in one table; and the keys that make a retry harmless."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from tortoise import fields

from resolvers.models.table import Table
from resolvers.terms.kinds import CaseEventKind


class LedgerEntry(Table):
    """One fact. `seq` has no gap within a jurisdiction; `hash` covers the entry and the one before it.
    `facts` holds codes, ids and instants, never personal data. `audit_only`: kept, but no event.
    """

    jurisdiction_id = fields.UUIDField()
    seq = fields.BigIntField()
    kind = fields.CharEnumField(CaseEventKind, max_length=30)
    occurred_at = fields.DatetimeField()
    actor_id = fields.UUIDField(null=True)
    case_id = fields.UUIDField(null=True)
    case_version = fields.IntField(null=True)
    urgent = fields.BooleanField()
    audit_only = fields.BooleanField()
    facts: fields.JSONField[dict[str, Any]] = fields.JSONField()
    previous_hash = fields.BinaryField()
    hash = fields.BinaryField()

    class Meta:
        table = "ledger"
        unique_together = (("jurisdiction_id", "seq"),)

    computed: ClassVar[dict[str, str]] = {
        "jurisdiction_code": "(SELECT x.code FROM offices x WHERE x.id = {t}.jurisdiction_id)"
    }


class IdempotencyKey(Table):
    """A key a client made, what it was used for, and the outcome to answer again. Kept 30 days."""

    key = fields.UUIDField()
    actor_id = fields.UUIDField()
    operation = fields.CharField(max_length=40)
    fingerprint = fields.CharField(max_length=64)
    outcome: fields.JSONField[dict[str, Any]] = fields.JSONField(null=True)
    created_at = fields.DatetimeField()
    id: UUID

    class Meta:
        table = "idempotency_keys"
        unique_together = (("actor_id", "key"),)


class Lease(Table):
    """Which process does a work that only one may do, until when."""

    name = fields.CharField(max_length=40, unique=True)
    holder = fields.UUIDField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "leases"
