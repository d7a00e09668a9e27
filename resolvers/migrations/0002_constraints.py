"""What the ORM does not create: checks, partial uniques, indexes for the pages on offer, the ledger's lock."""

from tortoise import migrations
from tortoise.migrations import operations as ops

FORWARD = r"""
ALTER TABLE cases
  ADD CONSTRAINT case_version_positive CHECK (version >= 1),
  ADD CONSTRAINT case_round_positive CHECK (round >= 1),
  ADD CONSTRAINT case_loss_not_negative CHECK (recovered_loss >= 0),
  ADD CONSTRAINT case_place_whole CHECK ((latitude IS NULL) = (longitude IS NULL)),
  ADD CONSTRAINT case_place_on_earth CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
  ADD CONSTRAINT case_not_its_own_repeat CHECK (repeat_of_id <> id);
CREATE INDEX case_by_received ON cases (jurisdiction_id, received_at, id);
CREATE INDEX case_by_updated ON cases (jurisdiction_id, updated_at, id);
CREATE INDEX case_by_due ON cases (jurisdiction_id, (coalesce(due_at, timestamptz '9999-12-31 00:00:00+00')), id);
CREATE INDEX case_by_lead ON cases (lead_office_id, status,
  (coalesce(due_at, timestamptz '9999-12-31 00:00:00+00')), id);
CREATE INDEX case_by_office ON cases USING gin (office_ids);
CREATE INDEX case_by_assigned ON cases USING gin (assigned_ids);
CREATE INDEX case_by_tag ON cases USING gin (tags);

ALTER TABLE rounds ADD CONSTRAINT round_number_positive CHECK (number >= 1),
  ADD CONSTRAINT round_ends_after_start CHECK (closed_at >= opened_at);
CREATE UNIQUE INDEX round_of_case ON rounds (case_id, number);
CREATE UNIQUE INDEX round_open_once ON rounds (case_id) WHERE closed_at IS NULL;

CREATE UNIQUE INDEX assignment_one_lead ON assignments (case_id) WHERE role = 'LEAD' AND status = 'ACTIVE';
CREATE UNIQUE INDEX assignment_office_once ON assignments (case_id, office_id) WHERE status = 'ACTIVE';
CREATE INDEX assignment_by_time ON assignments (dispatched_at);
ALTER TABLE assignments ADD CONSTRAINT assignment_signed_after CHECK (signed_for_at >= dispatched_at);

CREATE UNIQUE INDEX deadline_of_round ON deadlines (case_id, round, kind, clock);
ALTER TABLE deadlines ADD CONSTRAINT deadline_amount_not_negative CHECK (amount >= 0);

CREATE UNIQUE INDEX extension_one_pending ON extension_requests (case_id) WHERE status = 'REQUESTED';
ALTER TABLE extension_requests
  ADD CONSTRAINT extension_days_positive CHECK (working_days >= 1),
  ADD CONSTRAINT extension_reason_given CHECK (btrim(reason) <> ''),
  ADD CONSTRAINT extension_decided_whole CHECK ((status = 'REQUESTED') = (decided_at IS NULL)),
  ADD CONSTRAINT extension_not_self_decided CHECK (decided_by_id <> requested_by_id);

CREATE UNIQUE INDEX approval_one_pending ON approvals (case_id, kind) WHERE decided_at IS NULL;
CREATE INDEX approval_waiting ON approvals (jurisdiction_id, kind, requested_at, id) WHERE decided_at IS NULL;
ALTER TABLE approvals ADD CONSTRAINT approval_not_by_barred CHECK (NOT decided_by_id = ANY (barred_ids));

CREATE UNIQUE INDEX sign_off_once ON sign_offs (result_id);
ALTER TABLE sign_offs
  ADD CONSTRAINT sign_off_rejection_has_reason CHECK (decision = 'APPROVE' OR btrim(coalesce(reason, '')) <> '');
ALTER TABLE handling_results
  ADD CONSTRAINT result_department_given CHECK (btrim(department) <> ''),
  ADD CONSTRAINT result_reply_given CHECK (btrim(reply) <> ''),
  ADD CONSTRAINT result_loss_not_negative CHECK (recovered_loss >= 0);
CREATE UNIQUE INDEX result_handler_once ON result_handlers (result_id, person_id);
CREATE UNIQUE INDEX note_inspector_once ON note_inspectors (note_id, person_id);

CREATE UNIQUE INDEX callback_attempt_once ON callbacks (case_id, round, attempt);
CREATE UNIQUE INDEX callback_one_in_review ON callbacks (case_id) WHERE completes AND reviewed_at IS NULL;
ALTER TABLE callbacks
  ADD CONSTRAINT callback_reached_has_level CHECK ((outcome = 'REACHED') = (level IS NOT NULL)),
  ADD CONSTRAINT callback_not_self_reviewed CHECK (reviewer_id <> caller_id),
  ADD CONSTRAINT callback_reviewed_whole CHECK ((reviewer_id IS NULL) = (reviewed_at IS NULL));
ALTER TABLE supervision_orders ADD CONSTRAINT supervision_reason_given CHECK (btrim(reason) <> '');

CREATE UNIQUE INDEX photo_of_note ON photos (note_id, ordinal);
ALTER TABLE photos
  ADD CONSTRAINT photo_size_in_bounds CHECK (byte_size BETWEEN 1 AND 20971520),
  ADD CONSTRAINT photo_digest_is_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT photo_rejection_has_reason CHECK ((status = 'REJECTED') = (rejection IS NOT NULL));

CREATE UNIQUE INDEX token_digest_once ON tokens (digest);
ALTER TABLE tokens
  ADD CONSTRAINT token_has_one_holder CHECK ((person_id IS NULL) <> (application_id IS NULL)),
  ADD CONSTRAINT token_digest_is_sha256 CHECK (octet_length(digest) = 32);
ALTER TABLE role_grants
  ADD CONSTRAINT grant_has_one_holder CHECK ((person_id IS NULL) <> (application_id IS NULL)),
  ADD CONSTRAINT grant_ends_after_start CHECK (valid_to > valid_from);
CREATE UNIQUE INDEX regime_tag_active_once ON regimes (jurisdiction_id, tag) WHERE ended_at IS NULL;
ALTER TABLE regimes ADD CONSTRAINT regime_ends_after_start CHECK (ended_at >= started_at);
CREATE INDEX office_by_path ON offices (path text_pattern_ops);
CREATE INDEX key_by_age ON idempotency_keys (created_at);

ALTER TABLE ledger
  ADD CONSTRAINT ledger_seq_positive CHECK (seq >= 1),
  ADD CONSTRAINT ledger_hashes_whole CHECK (octet_length(hash) = 32 AND octet_length(previous_hash) = 32);
CREATE INDEX ledger_of_case ON ledger (case_id, seq) WHERE case_id IS NOT NULL;
CREATE INDEX ledger_urgent ON ledger (jurisdiction_id, seq) WHERE urgent;
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER ledger_rows_stay BEFORE UPDATE OR DELETE ON ledger
  FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_stays BEFORE TRUNCATE ON ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
"""

BACKWARD = r"""
DROP TRIGGER ledger_stays ON ledger;
DROP TRIGGER ledger_rows_stay ON ledger;
DROP FUNCTION refuse_ledger_change();
DROP INDEX ledger_urgent, ledger_of_case, key_by_age, office_by_path, regime_tag_active_once, token_digest_once,
  photo_of_note, callback_one_in_review, callback_attempt_once, note_inspector_once, result_handler_once,
  sign_off_once, approval_waiting, approval_one_pending, extension_one_pending, deadline_of_round,
  assignment_by_time, assignment_office_once, assignment_one_lead, round_open_once, round_of_case,
  case_by_tag, case_by_assigned, case_by_office, case_by_lead, case_by_due, case_by_updated, case_by_received;
ALTER TABLE ledger DROP CONSTRAINT ledger_seq_positive, DROP CONSTRAINT ledger_hashes_whole;
ALTER TABLE regimes DROP CONSTRAINT regime_ends_after_start;
ALTER TABLE role_grants DROP CONSTRAINT grant_has_one_holder, DROP CONSTRAINT grant_ends_after_start;
ALTER TABLE tokens DROP CONSTRAINT token_has_one_holder, DROP CONSTRAINT token_digest_is_sha256;
ALTER TABLE photos DROP CONSTRAINT photo_size_in_bounds, DROP CONSTRAINT photo_digest_is_sha256,
  DROP CONSTRAINT photo_rejection_has_reason;
ALTER TABLE supervision_orders DROP CONSTRAINT supervision_reason_given;
ALTER TABLE callbacks DROP CONSTRAINT callback_reached_has_level, DROP CONSTRAINT callback_not_self_reviewed,
  DROP CONSTRAINT callback_reviewed_whole;
ALTER TABLE handling_results DROP CONSTRAINT result_department_given, DROP CONSTRAINT result_reply_given,
  DROP CONSTRAINT result_loss_not_negative;
ALTER TABLE sign_offs DROP CONSTRAINT sign_off_rejection_has_reason;
ALTER TABLE approvals DROP CONSTRAINT approval_not_by_barred;
ALTER TABLE extension_requests DROP CONSTRAINT extension_days_positive, DROP CONSTRAINT extension_reason_given,
  DROP CONSTRAINT extension_decided_whole, DROP CONSTRAINT extension_not_self_decided;
ALTER TABLE deadlines DROP CONSTRAINT deadline_amount_not_negative;
ALTER TABLE assignments DROP CONSTRAINT assignment_signed_after;
ALTER TABLE rounds DROP CONSTRAINT round_number_positive, DROP CONSTRAINT round_ends_after_start;
ALTER TABLE cases DROP CONSTRAINT case_version_positive, DROP CONSTRAINT case_round_positive,
  DROP CONSTRAINT case_loss_not_negative, DROP CONSTRAINT case_place_whole,
  DROP CONSTRAINT case_place_on_earth, DROP CONSTRAINT case_not_its_own_repeat;
"""


class Migration(migrations.Migration):
    dependencies = [("jiesu", "0001_initial")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
