"""Tables by aggregate, and named SQL expressions beside their columns. No behaviour."""

from __future__ import annotations

from typing import Any

from tortoise import Tortoise

from resolvers.models.approval import Approval
from resolvers.models.callback import Callback
from resolvers.models.case import Assignment, Case, Category, Round
from resolvers.models.check_list import CheckList
from resolvers.models.closing import NonAcceptance, Notice, Reopening, Termination, TransferOut, Voiding
from resolvers.models.deadline import (
    CalendarAmendment,
    CalendarDay,
    Deadline,
    DeadlineChange,
    DeadlinePolicy,
    Pause,
    Regime,
    Reminder,
)
from resolvers.models.handling import (
    Dispute,
    ExtensionRequest,
    FilingReport,
    HandlingResult,
    ResultHandler,
    ReturnRequest,
    SignOff,
)
from resolvers.models.inspection import (
    CheckItem,
    InspectionNote,
    LabTest,
    Measure,
    NoteInspector,
    Patrol,
    Photo,
    PhotoLikeness,
    RapidTest,
    Rectification,
    Sample,
    UploadLease,
)
from resolvers.models.knowledge import KnowledgeArticle
from resolvers.models.ledger import IdempotencyKey, Lease, LedgerEntry
from resolvers.models.odr import OdrEnterprise, OdrRouting
from resolvers.models.office import Office
from resolvers.models.party import Party, Respondent
from resolvers.models.person import Application, Person, RoleGrant, Token
from resolvers.models.recusal import Recusal
from resolvers.models.supervision import Instruction, Meeting, SupervisionOrder, SupervisionSuggestion
from resolvers.models.table import Table
from resolvers.models.task import Task
from resolvers.models.voicemail import VoicemailCall

__all__ = [
    "Application",
    "Approval",
    "Assignment",
    "CalendarAmendment",
    "CalendarDay",
    "Callback",
    "Case",
    "Category",
    "CheckItem",
    "CheckList",
    "Deadline",
    "DeadlineChange",
    "DeadlinePolicy",
    "Dispute",
    "ExtensionRequest",
    "FilingReport",
    "HandlingResult",
    "IdempotencyKey",
    "InspectionNote",
    "Instruction",
    "KnowledgeArticle",
    "LabTest",
    "Lease",
    "LedgerEntry",
    "Measure",
    "Meeting",
    "NonAcceptance",
    "NoteInspector",
    "Notice",
    "OdrEnterprise",
    "OdrRouting",
    "Office",
    "Party",
    "Patrol",
    "Pause",
    "Person",
    "Photo",
    "PhotoLikeness",
    "RapidTest",
    "Rectification",
    "Recusal",
    "Regime",
    "Reminder",
    "Reopening",
    "Respondent",
    "ResultHandler",
    "ReturnRequest",
    "RoleGrant",
    "Round",
    "Sample",
    "SignOff",
    "SupervisionOrder",
    "SupervisionSuggestion",
    "Table",
    "Task",
    "Termination",
    "Token",
    "TransferOut",
    "UploadLease",
    "VoicemailCall",
    "Voiding",
]

_MODULES = [
    f"resolvers.models.{name}"
    for name in (
        [
            "approval",
            "callback",
            "case",
            "check_list",
            "closing",
            "deadline",
            "handling",
            "inspection",
            "knowledge",
            "ledger",
            "odr",
            "office",
            "party",
            "person",
            "recusal",
            "supervision",
            "voicemail",
        ]
    )
]


def configure(credentials: dict[str, Any]) -> dict[str, Any]:
    """The ORM's settings for one login."""
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {
            "jiesu": {
                "models": _MODULES,
                "migrations": "resolvers.migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


# What `tortoise makemigrations` reads; it needs no database.
CONFIG = configure({"host": "localhost", "port": 5432, "user": "nobody", "password": None, "database": "jiesu"})

# Relations know their tables from here on, for everybody who reads a model's description at import.
Tortoise.init_models(_MODULES, "jiesu")
