"""The database itself: every rule it keeps is there by name, migrations go both ways, and the application may little."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest

from resolvers.doors.postgres import Login, Logins
from resolvers.terms.statuses import OPEN, CaseStatus
from tests.world import City

TOP = Path(__file__).resolve().parents[2]
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

# What no row may break, whoever writes it: table, name, and the rule as PostgreSQL repeats it (casts left out).
CHECKS = """
approvals           approval_not_by_barred         NOT decided_by_id = ANY barred_ids
assignments         assignment_signed_after        signed_for_at >= dispatched_at
callbacks           callback_exempted_with_reason  NOT exempted OR level = 'DISSATISFIED' AND review_decision = 'APPROVE' AND btrim review_reason <> ''
callbacks           callback_not_self_reviewed     reviewer_id <> caller_id
callbacks           callback_reached_has_level     outcome = 'REACHED' = level IS NOT NULL
callbacks           callback_reviewed_whole        reviewer_id IS NULL = reviewed_at IS NULL
cases               case_loss_not_negative         recovered_loss >= 0
cases               case_not_its_own_repeat        repeat_of_id <> id
cases               case_place_on_earth            latitude >= '-90' AND latitude <= 90 AND longitude >= '-180' AND longitude <= 180
cases               case_place_whole               latitude IS NULL = longitude IS NULL
cases               case_round_positive            round >= 1
cases               case_version_positive          version >= 1
deadlines           deadline_amount_not_negative   amount >= 0
extension_requests  extension_days_positive        working_days >= 1
extension_requests  extension_decided_whole        status = 'REQUESTED' = decided_at IS NULL
extension_requests  extension_not_self_decided     decided_by_id <> requested_by_id
extension_requests  extension_reason_given         btrim reason <> ''
deadlines           deadline_dispatch_positive     dispatch >= 1
non_acceptances     non_acceptance_notice_given    btrim notice <> ''
transfers_out       transfer_body_named            btrim receiving_body <> ''
transfers_out       transfer_notice_given          btrim notice <> ''
return_requests     return_reason_given            btrim reason <> ''
return_requests     return_decided_whole           status = 'REQUESTED' = decided_at IS NULL
return_requests     return_not_self_decided        decided_by_id <> requested_by_id
return_requests     return_rejection_has_reason    status <> 'REJECTED' OR btrim COALESCE decision_reason, '' <> ''
handling_results    result_department_given        btrim department <> ''
handling_results    result_loss_not_negative       recovered_loss >= 0
handling_results    result_reply_given             btrim reply <> ''
identity_mark       identity_mark_is_one           single
knowledge_articles  article_begins_with_itself     version = 1 = article_id = id
knowledge_articles  article_decided_by_another     decided_by_id <> written_by_id
knowledge_articles  article_decided_whole          status = 'PENDING' = decided_at IS NULL AND decided_at IS NULL = decided_by_id IS NULL
knowledge_articles  article_rejected_with_reason   status <> 'REJECTED' OR decision_reason IS NOT NULL
knowledge_articles  article_text_given             btrim title <> '' AND btrim body <> ''
knowledge_articles  article_times_in_order         effective_until > effective_from
knowledge_articles  article_version_positive       version > 0
ledger              ledger_hashes_whole            octet_length hash = 32 AND octet_length previous_hash = 32
ledger              ledger_seq_positive            seq >= 1
photos              photo_digest_is_sha256         sha256 ~ '^[0-9a-f]{64}$'
photos              photo_rejection_has_reason     status = 'REJECTED' = rejection IS NOT NULL
photos              photo_size_in_bounds           byte_size >= 1 AND byte_size <= 20971520
regimes             regime_ends_after_start        ended_at >= started_at
role_grants         grant_ends_after_start         valid_to > valid_from
role_grants         grant_has_one_holder           person_id IS NULL <> application_id IS NULL
rounds              round_ends_after_start         closed_at >= opened_at
rounds              round_number_positive          number >= 1
sign_offs           sign_off_rejection_has_reason  decision = 'APPROVE' OR btrim COALESCE reason, '' <> ''
supervision_orders  supervision_reason_given       btrim reason <> ''
tokens              token_digest_is_sha256         octet_length digest = 32
tokens              token_has_one_holder           person_id IS NULL <> application_id IS NULL
cases               case_merged_at_some_time       merged_into_id IS NULL = merged_at IS NULL
cases               case_merged_whole              status = 'MERGED' = merged_into_id IS NOT NULL
cases               case_not_merged_into_itself    merged_into_id <> id
cases               case_not_split_from_itself     split_from_id <> id
filing_reports      filing_decided_by_somebody     status = ANY ARRAY['FILED', 'REJECTED'] = decided_by_id IS NOT NULL
filing_reports      filing_decided_whole           status = 'SUBMITTED' = decided_at IS NULL
filing_reports      filing_digest_is_sha256        sha256 ~ '^[0-9a-f]{64}$'
filing_reports      filing_not_self_decided        decided_by_id <> submitted_by_id
filing_reports      filing_parts_given             btrim cause <> '' AND btrim process <> '' AND btrim recommendation <> ''
filing_reports      filing_rejection_has_reason    status <> 'REJECTED' OR btrim COALESCE decision_reason, '' <> ''
filing_reports      filing_sealed                  status <> 'FILED' OR document_status = 'VERIFIED'
filing_reports      filing_size_in_bounds          byte_size >= 1 AND byte_size <= 20971520
instructions        instruction_text_given         btrim text <> ''
meetings            meeting_minutes_given          btrim minutes <> ''
notices             notice_text_given              btrim text <> ''
odr_routings        odr_routing_amount_not_negative amount >= 0
odr_routings        odr_routing_concluded_whole    status = 'SETTLING' = concluded_at IS NULL
odr_routings        odr_routing_settled_whole      status = 'SETTLED' = settlement IS NOT NULL
pauses              pause_ended_whole              ended_at IS NULL = ended_by_id IS NULL AND ended_at IS NULL = end_evidence IS NULL
pauses              pause_ends_after_start         ended_at >= started_at
pauses              pause_evidence_given           btrim evidence <> ''
pauses              pause_reason_allowed           reason <> 'WAITING_FOR_CITIZEN'
reopenings          reopening_facts_given          btrim new_facts <> ''
reopenings          reopening_reason_given         btrim reason <> ''
return_requests     return_decided_by_somebody     status = ANY ARRAY['APPROVED', 'REJECTED'] = decided_by_id IS NOT NULL
supervision_orders  supervision_answered_whole     answered_at IS NULL = answered_by_id IS NULL AND answered_at IS NULL = answer IS NULL
terminations        termination_reason_given       btrim reason <> ''
voidings            voiding_reason_given           btrim reason <> ''
disputes            dispute_decided_by_somebody    status = ANY ARRAY['DESIGNATED', 'UPHELD'] = decided_by_id IS NOT NULL
disputes            dispute_decided_whole          status = 'RAISED' = decided_at IS NULL
disputes            dispute_designated_whole       status = 'DESIGNATED' = designated_office_id IS NOT NULL
disputes            dispute_not_designated_to_itself designated_office_id <> office_id
disputes            dispute_not_self_decided       decided_by_id <> raised_by_id
disputes            dispute_reason_given           btrim reason <> ''
inspection_notes    note_distance_not_negative     distance >= 0
inspection_notes    note_refusal_whole             COALESCE signature, '' = 'REFUSED' = refusal_reason IS NOT NULL AND COALESCE signature, '' = 'REFUSED' = witness IS NOT NULL
inspection_notes    note_reply_whole               phone_reply IS NULL = phone_replied_at IS NULL
inspection_notes    note_window_in_order           window_through >= window_from
inspection_notes    note_window_whole              window_from IS NULL = window_through IS NULL
lab_tests           lab_test_of_one_thing          rapid_test_id IS NULL <> sample_id IS NULL
patrols             patrol_cancelled_with_reason   status = 'CANCELLED' = cancel_reason IS NOT NULL
patrols             patrol_ended_whole             status = 'PLANNED' = ended_at IS NULL
patrols             patrol_reason_given            btrim reason <> ''
photo_likenesses    likeness_in_bits               distance >= 0 AND distance <= 64
photo_likenesses    likeness_of_two                photo_id <> earlier_id
photos              photo_copied_whole             copies = 'PENDING' = copied_at IS NULL
rectifications      rectification_dated            kind = 'ORDER' = due_at IS NOT NULL
rectifications      rectification_requirement_given btrim requirement <> ''
recusals            recusal_lifted_whole           lifted_at IS NULL = lifted_by_id IS NULL AND lifted_at IS NULL = lift_reason IS NULL
recusals            recusal_reason_given           btrim reason <> ''
"""

# What may stand once only: columns, and of which rows.
UNIQUE = """
check_lists         code
applications        login
assignments         case_id                      WHERE role = 'LEAD' AND status = 'ACTIVE'
assignments         case_id, office_id           WHERE status = 'ACTIVE'
calendar_days       date, version
cases               number
categories          code
deadlines           case_id, round, kind, clock, dispatch
non_acceptances     case_id
transfers_out       case_id
return_requests     case_id                      WHERE status = 'REQUESTED'
extension_requests  case_id                      WHERE status = 'REQUESTED'
idempotency_keys    actor_id, key
ledger              jurisdiction_id, seq
note_inspectors     note_id, person_id
knowledge_articles  article_id                   WHERE status = 'PENDING'
knowledge_articles  article_id, version
offices             code
parties             case_id
persons             login
photos              note_id, ordinal
regimes             jurisdiction_id, tag         WHERE ended_at IS NULL
respondents         case_id
result_handlers     result_id, person_id
rounds              case_id                      WHERE closed_at IS NULL
rounds              case_id, number
sign_offs           result_id
tokens              digest
approvals           case_id, kind                WHERE decided_at IS NULL AND kind <> 'CALLBACK_REVIEW'
approvals           subject_id                   WHERE decided_at IS NULL
calendar_amendments version
callbacks           case_id, round, COALESCE follower_id, case_id WHERE completes AND reviewed_at IS NULL
callbacks           case_id, round, COALESCE follower_id, case_id, attempt
filing_reports      case_id                      WHERE status = 'SUBMITTED'
leases              name
odr_enterprises     jurisdiction_id, uscc
odr_routings        case_id                      WHERE status = 'SETTLING'
pauses              case_id                      WHERE ended_at IS NULL
reminders           deadline_id, due_at, stage
reopenings          case_id, round
supervision_suggestions case_id, round, trigger
terminations        case_id, round
voidings            case_id
check_items         note_id, ordinal
disputes            case_id, office_id
measures            note_id, ordinal
photo_likenesses    photo_id, earlier_id
rapid_tests         note_id, ordinal
rectifications      note_id, ordinal
recusals            case_id, person_id WHERE lifted_at IS NULL
samples             note_id, ordinal
upload_leases       upload_id
"""

# What the lists on offer are read by. OPEN and CALLED stand for the states of cases somebody still has to do with.
READ_BY = """
knowledge_articles  jurisdiction_id, effective_from, id WHERE status = 'APPROVED'
knowledge_articles  jurisdiction_id, written_at, id
respondents         jurisdiction_id, name
respondents         jurisdiction_id, uscc WHERE uscc IS NOT NULL
approvals           jurisdiction_id, kind, requested_at, id  WHERE decided_at IS NULL
assignments         dispatched_at
cases               COALESCE lead_office_id, intake_office_id, COALESCE due_at, '9999-12-31 00:00:00+00', id OPEN
cases               COALESCE lead_office_id, intake_office_id, received_at, id
cases               gin assigned_ids
cases               gin handling_ids
cases               gin office_ids
cases               gin tags
cases               jurisdiction_id, COALESCE due_at, '9999-12-31 00:00:00+00', id
cases               jurisdiction_id, COALESCE due_at, '9999-12-31 00:00:00+00', id CALLED
cases               jurisdiction_id, COALESCE due_at, '9999-12-31 00:00:00+00', id OPEN
cases               jurisdiction_id, received_at, id
cases               jurisdiction_id, received_at, id OPEN
cases               jurisdiction_id, updated_at, id
cases               jurisdiction_id, updated_at, id OPEN
idempotency_keys    created_at
ledger              case_id, seq                 WHERE case_id IS NOT NULL
ledger              jurisdiction_id, seq         WHERE urgent
offices             path text_pattern_ops
supervision_orders  answer_by, id
callbacks           case_id, round WHERE level = 'DISSATISFIED'
cases               merged_into_id WHERE merged_into_id IS NOT NULL
cases               repeat_of_id WHERE repeat_of_id IS NOT NULL
cases               split_from_id WHERE split_from_id IS NOT NULL
deadline_changes    amendment_id WHERE amendment_id IS NOT NULL
deadlines           effective_due_at, id WHERE met_at IS NULL AND stopped_at IS NULL
patrols             office_id, due_at WHERE status = 'PLANNED'
photos              likeness >> 0 & 65535 WHERE likeness IS NOT NULL
photos              likeness >> 16 & 65535 WHERE likeness IS NOT NULL
photos              likeness >> 32 & 65535 WHERE likeness IS NOT NULL
photos              likeness >> 48 & 65535 WHERE likeness IS NOT NULL
filing_reports      sha256
inspection_notes    recorded_by, received_at
photos              sha256
photos              received_at WHERE copies = 'PENDING' AND status = 'VERIFIED'
rectifications      office_id, due_at WHERE closed_at IS NULL
"""


def lines(table: str) -> set[str]:
    return {" ".join(line.split()) for line in table.strip().splitlines()}


def whole(line: str) -> str:
    """With the states that OPEN and CALLED stand for."""
    states = {"OPEN": OPEN, "CALLED": {CaseStatus.CLOSED_AWAITING_CALLBACK, CaseStatus.CALLBACK_REVIEW}}
    for word, meant in states.items():
        said = ", ".join(f"'{status}'" for status in sorted(meant))
        line = re.sub(rf" {word}$", f" WHERE status = ANY ARRAY[{said}]", line)
    return line


def plain(definition: str) -> str:
    """Without casts and brackets, which releases of PostgreSQL set differently."""
    bare = re.sub(r"::(?:[a-z_]+(?: varying| precision| with time zone)?)(?:\[\])?", "", definition)
    return " ".join(re.sub(r"[()]", " ", bare).split()).replace(" ,", ",")


@asynccontextmanager
async def connected(login: Login) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(**login.credentials())
    try:
        yield connection
    finally:
        await connection.close()


async def indexes(owner: Connection) -> list[tuple[str, str, bool]]:
    """Table, columns and condition, and whether unique; of primary keys nothing need be said."""
    rows = await owner.fetch(
        "SELECT t.relname, x.indisunique, pg_get_indexdef(x.indexrelid) AS said FROM pg_index x"
        " JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace"
        " WHERE n.nspname = 'public' AND NOT x.indisprimary AND t.relname <> 'tortoise_migrations'"
    )
    told = []
    for row in rows:
        how, what = re.fullmatch(r".* USING (\w+) (.*)", row["said"]).groups()  # type: ignore[union-attr]
        told.append((row["relname"], plain(what if how == "btree" else f"{how} {what}"), row["indisunique"]))
    return told


async def test_every_check_is_in_the_database(database: Logins) -> None:
    async with connected(database.owner) as owner:
        found = await owner.fetch(
            "SELECT conrelid::regclass::text AS of, conname, pg_get_constraintdef(oid) AS said FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND convalidated"
        )
    said = {f"{row['of']} {row['conname']} {plain(row['said'].removeprefix('CHECK '))}" for row in found}
    assert said == lines(CHECKS)


async def test_what_may_stand_once_stands_once(database: Logins) -> None:
    async with connected(database.owner) as owner:
        found = await indexes(owner)
    assert {f"{table} {what}" for table, what, unique in found if unique} == lines(UNIQUE)


async def test_lists_and_foreign_keys_have_their_indexes_and_no_row_takes_others_with_it(database: Logins) -> None:
    async with connected(database.owner) as owner:
        found = await indexes(owner)
        keys = await owner.fetch(
            "SELECT conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS said FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        )
    leading = {f"{table} {what}" for table, what, unique in found if not unique}
    held = {row["of"] + " " + row["said"].split("(")[1].split(")")[0] for row in keys}
    assert len(held) == 108
    assert held <= leading, "a foreign key without an index makes every delete and join a scan"
    assert all(row["said"].endswith("ON DELETE RESTRICT") for row in keys)
    looked_up = {
        "applications jurisdiction_id",
        "offices jurisdiction_id",
        "persons jurisdiction_id",
        "parties contact_digest",
    }
    assert leading - held - looked_up == set(map(whole, lines(READ_BY)))


def detect(folder: Path) -> str:
    tortoise = Path(sys.executable).with_name("tortoise")
    done = subprocess.run([tortoise, "makemigrations"], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_there_is_nothing_left_to_make_a_migration_for(tmp_path: Path) -> None:
    shutil.copytree(TOP / "resolvers", tmp_path / "resolvers", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TOP / "pyproject.toml", tmp_path)
    assert "No changes detected" in detect(tmp_path)

    model = tmp_path / "resolvers" / "models" / "office.py"
    model.write_text(
        model.read_text().replace("name = fields", "nickname = fields.TextField(null=True)\n    name = fields")
    )
    assert "Created" in detect(tmp_path)


# --- what the application may


MAY_NOT = [
    "UPDATE ledger SET urgent = true",
    "DELETE FROM ledger",
    "TRUNCATE ledger",
    "TRUNCATE cases CASCADE",
    "ALTER TABLE ledger DISABLE TRIGGER ALL",
    "DROP TRIGGER ledger_rows_stay ON ledger",
    "CREATE TRIGGER mine BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()",
    "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "CREATE RULE mine AS ON INSERT TO ledger DO INSTEAD NOTHING",
    "SET session_replication_role = replica",
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "GRANT {owner} TO {app}",
    "CREATE TABLE mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "ALTER TABLE cases ADD COLUMN mine int",
    "ALTER TABLE cases DROP CONSTRAINT case_version_positive",
    "DROP TABLE cases",
    "DROP INDEX case_by_due",
    "DELETE FROM cases",
    "UPDATE identity_mark SET mark = gen_random_uuid()",
    "INSERT INTO identity_mark VALUES (false, gen_random_uuid())",
    "ALTER TABLE role_grants DISABLE TRIGGER identity_changed",
    "COPY cases TO PROGRAM 'cat'",
    "COPY cases TO '/tmp/cases'",
    "SELECT pg_read_file('postgresql.conf')",
    "ALTER SYSTEM SET fsync = off",
]


@pytest.mark.parametrize("statement", MAY_NOT)
async def test_the_application_may_not(statement: str, database: Logins) -> None:
    async with connected(database.app) as app:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(statement.format(owner=database.owner.user, app=database.app.user))


async def test_the_application_cannot_give_itself_a_right(database: Logins) -> None:
    async with connected(database.app) as app, connected(database.owner) as owner:
        app.add_log_listener(lambda *_: None)  # "no privileges were granted": a warning, and the truth
        await app.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {database.app.user}")
        rights = "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = $1"
        held = {(of, what) for of, what in await owner.fetch(rights, database.app.user)}
    assert {what for of, what in held if of == "ledger"} == {"SELECT", "INSERT"}
    assert {what for of, what in held if of == "tortoise_migrations"} == {"SELECT"}
    assert {of for of, what in held if what == "DELETE"} == {"idempotency_keys", "upload_leases"}
    assert {what for _, what in held} == {"SELECT", "INSERT", "UPDATE", "DELETE"}


async def test_the_owner_itself_cannot_change_the_ledger_in_passing(city: City, database: Logins) -> None:
    await city.receive()
    async with connected(database.owner) as owner:
        before = await owner.fetch("SELECT * FROM ledger ORDER BY jurisdiction_id, seq")
        for statement in (
            "UPDATE ledger SET urgent = true",
            "DELETE FROM ledger",
            "TRUNCATE ledger",
            "TRUNCATE ledger CASCADE",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await owner.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            await owner.execute(
                "INSERT INTO ledger SELECT * FROM ledger LIMIT 1 ON CONFLICT (id) DO UPDATE SET urgent = true"
            )
        assert await owner.fetch("SELECT * FROM ledger ORDER BY jurisdiction_id, seq") == before
