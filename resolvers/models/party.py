"""诉求人、举报人、被投诉人: who complains or informs, and whom about."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields

from resolvers.models.table import Table

# Seldom asked: of cases filed, terminated or merged alone.
_TO_BE_CALLED = """EXISTS (WITH RECURSIVE above AS (
  SELECT {c}.id, {c}.merged_into_id, {c}.status, {c}.round
  UNION SELECT y.id, y.merged_into_id, y.status, y.round FROM cases y JOIN above ON y.id = above.merged_into_id)
  SELECT 1 FROM above a JOIN deadlines d ON d.case_id = a.id AND d.round = a.round AND d.kind = 'CALLBACK'
  WHERE a.status IN ('CLOSED_AWAITING_CALLBACK', 'FILED', 'TERMINATED') AND NOT EXISTS (
    SELECT 1 FROM callbacks k WHERE k.case_id = a.id AND k.round = a.round AND k.completes
      AND coalesce(k.follower_id, k.case_id) = {t}.case_id AND k.review_decision IS DISTINCT FROM 'REJECT'))"""


class Party(Table):
    """诉求人 or 举报人 of one case. `contact_digest` recognises a repeat without reading the phone."""

    case_id = fields.UUIDField(unique=True)
    jurisdiction_id = fields.UUIDField()
    name = fields.CharField(max_length=100, null=True)
    phone = fields.CharField(max_length=40, null=True)
    address = fields.CharField(max_length=300, null=True)
    wants_confidentiality = fields.BooleanField(default=False)
    contact_digest = fields.CharField(max_length=64, null=True, db_index=True)

    class Meta:
        table = "parties"

    personal: ClassVar[frozenset[str]] = frozenset({"name", "phone", "address", "contact_digest"})
    beside: ClassVar[tuple[str, str] | None] = ("cases", "case_id")
    computed: ClassVar[dict[str, str]] = {
        "case_kind": "{c}.kind",
        "own_intake": "({c}.registered_by = :actor_id OR {c}.status = 'VOICEMAIL_PENDING')",
        "routed_to_own": "coalesce({c}.odr_office_id = ANY(:enterprise_offices), false)",
        "in_own_unit": "({c}.handling_ids && :unit_offices)",
        # Open to those who may make the call, until it is made: whoever is of a handling unit may not, and is not told
        # whom to call. A merged case's complainant is called with the case it goes on in.
        "in_assigned_unit": "({c}.assigned_ids && :unit_offices)",
        "callback_open": (
            "(CASE WHEN {c}.assigned_ids && :own_units THEN false"
            " WHEN {c}.status = 'CLOSED_AWAITING_CALLBACK' THEN true"
            f" WHEN {{c}}.status IN ('FILED', 'TERMINATED', 'MERGED') THEN {_TO_BE_CALLED} ELSE false END)"
        ),
    }


class Respondent(Table):
    """被投诉(举报)人: the trader, as named at intake. `uscc` 统一社会信用代码 (GB 32100) may be unknown."""

    jurisdiction_id = fields.UUIDField()
    case_id = fields.UUIDField(unique=True)
    name = fields.CharField(max_length=200)
    uscc = fields.CharField(max_length=18, null=True)
    address = fields.CharField(max_length=300, null=True)

    class Meta:
        table = "respondents"
