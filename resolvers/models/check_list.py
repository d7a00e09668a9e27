"""检查清单: what to look at on a visit of some kind."""

from __future__ import annotations

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from resolvers.models.table import Table


class CheckList(Table):
    """One list for all jurisdictions. `category_codes`: first digits of the categories it is meant for, none: any case."""

    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=100)
    version = fields.IntField()
    basis = fields.CharField(max_length=200)
    category_codes = ArrayField(element_type="text")
    items = ArrayField(element_type="text")

    class Meta:
        table = "check_lists"
