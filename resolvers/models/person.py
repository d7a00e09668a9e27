"""人员与角色: staff, third-party applications, what each may do, and the tokens they call with."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from tortoise import fields
from tortoise.fields.relational import ForeignKeyNullableRelation, ForeignKeyRelation

from resolvers.models.office import Office
from resolvers.models.table import CASCADE_NEVER, Table
from resolvers.terms.roles import Role


class Person(Table):
    """One member of staff. `password_hash` is argon2; null means: cannot sign in with a password."""

    login = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=60)
    password_hash = fields.CharField(max_length=200, null=True)
    jurisdiction_id = fields.UUIDField(db_index=True)
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="staff", on_delete=CASCADE_NEVER, db_index=True
    )
    active = fields.BooleanField(default=True)
    office_id: UUID

    class Meta:
        table = "persons"

    personal: ClassVar[frozenset[str]] = frozenset({"password_hash"})


class Application(Table):
    """第三方应用: calls with a token of its own, within its scopes (names of permissions)."""

    login = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=100)
    jurisdiction_id = fields.UUIDField(db_index=True)
    scopes: fields.JSONField[list[str]] = fields.JSONField()
    active = fields.BooleanField(default=True)

    class Meta:
        table = "applications"


class RoleGrant(Table):
    """A role at an office from an instant to another (secondment ends by itself). Held by a person or an application."""

    person: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="grants", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    application: ForeignKeyNullableRelation[Application] = fields.ForeignKeyField(
        "jiesu.Application", related_name="grants", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    role = fields.CharEnumField(Role, max_length=20)
    office: ForeignKeyRelation[Office] = fields.ForeignKeyField(
        "jiesu.Office", related_name="grants", on_delete=CASCADE_NEVER, db_index=True
    )
    valid_from = fields.DatetimeField()
    valid_to = fields.DatetimeField(null=True)
    person_id: UUID | None

    class Meta:
        table = "role_grants"


class Token(Table):
    """An opaque bearer token, kept as the SHA-256 of its 256 bits. Null `expires_at`: it does not expire."""

    digest = fields.BinaryField()
    person: ForeignKeyNullableRelation[Person] = fields.ForeignKeyField(
        "jiesu.Person", related_name="tokens", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    application: ForeignKeyNullableRelation[Application] = fields.ForeignKeyField(
        "jiesu.Application", related_name="tokens", null=True, on_delete=CASCADE_NEVER, db_index=True
    )
    issued_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "tokens"

    personal: ClassVar[frozenset[str]] = frozenset({"digest"})
