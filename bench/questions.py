"""The three reads that are measured, and the documents that ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bench.client import Request
from bench.fill import Filled


@dataclass(frozen=True, slots=True)
class Question:
    """One document with its variables. `name` is also the path at which the hand-written server answers it."""

    name: str
    document: str
    variables: Mapping[str, Any]

    def request(self, url: str, token: str) -> Request:
        return Request(url, orjson.dumps({"query": self.document, "variables": self.variables}), token)


INBOX = """query Inbox($office: String!) {
  cases(first: 50, filter: {officeCode: $office, status: [DISPATCHED, IN_PROGRESS, PENDING_SIGN_OFF]}, orderBy: DUE_AT) {
    edges { cursor node {
      id number title kind channel status priority isUrgent receivedAt dueAt isOverdue version
      leadOffice { name } category { name }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
DETAIL = """query Detail($number: String!) {
  case(number: $number) {
    id number title description status priority kind channel dueAt version round
    leadOffice { name } category { name } complainant { name phone } respondent { name }
    timeline(first: 10) { nodes { kind occurredAt caseVersion } pageInfo { hasNextPage endCursor } }
    inspectionNotes(first: 5) { nodes {
      capturedAt visitType findings office { name } photos { sha256 status url thumbnailUrl }
    } }
  }
}"""
ONE = "query One($number: String!) { case(number: $number) { number status version } }"


def questions(filled: Filled) -> tuple[Question, ...]:
    number = {"number": filled.number}
    return (
        Question("inbox", INBOX, {"office": filled.county_code}),
        Question("detail", DETAIL, number),
        Question("one", ONE, number),
    )


def city_inbox(filled: Filled) -> Question:
    """The inbox of the whole city: fifty cases even where few are stored."""
    return Question("inbox", INBOX, {"office": filled.city_code})


# The same reads in the schema PostGraphile makes of the tables, with columns of ours that it does not know left out.
FOREIGN_INBOX = """query Inbox($office: String!) {
  benchInbox(office: $office, first: 50) {
    edges { cursor node {
      id number title kind channel status priority round receivedAt dueAt updatedAt version
      officeByLeadOfficeId { name } categoryByCategoryId { name }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
FOREIGN_DETAIL = """query Detail($number: String!) {
  caseByNumber(number: $number) {
    id number title description status priority kind channel dueAt version round
    officeByLeadOfficeId { name } categoryByCategoryId { name }
    partyByComplainantId { name phone } respondentByRespondentId { name }
    ledgersByCaseId(first: 10, orderBy: SEQ_ASC) {
      nodes { kind occurredAt caseVersion } pageInfo { hasNextPage endCursor }
    }
    inspectionNotesByCaseId(first: 5, orderBy: CAPTURED_AT_ASC) { nodes {
      capturedAt visitType findings officeByOfficeId { name }
      photosByNoteId(orderBy: ORDINAL_ASC) { nodes { sha256 status } }
    } }
  }
}"""
FOREIGN_ONE = "query One($number: String!) { caseByNumber(number: $number) { number status version } }"


def foreign_questions(filled: Filled) -> tuple[Question, ...]:
    number = {"number": filled.number}
    return (
        Question("inbox", FOREIGN_INBOX, {"office": filled.county_code}),
        Question("detail", FOREIGN_DETAIL, number),
        Question("one", FOREIGN_ONE, number),
    )
