"""The law of a case: pauses, filings, terminations, notices, merging, ODR, voicemail, reminders, supervision, the lease."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from resolvers.terms.kinds import ApprovalKind, AssignmentStatus, CalendarMode, CaseEventKind, DeadlineKind, ExtensionStatus, FilingStatus, LimitUnit, NoticeKind, OdrStatus, PauseReason, PhotoStatus, ReminderStage, ReturnStatus, SupervisionTrigger, TerminationGround, VoidGround
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

FORWARD = """
ALTER TABLE cases
  ADD CONSTRAINT case_merged_whole CHECK ((status = 'MERGED') = (merged_into_id IS NOT NULL)),
  ADD CONSTRAINT case_merged_at_some_time CHECK ((merged_into_id IS NULL) = (merged_at IS NULL)),
  ADD CONSTRAINT case_not_merged_into_itself CHECK (merged_into_id <> id),
  ADD CONSTRAINT case_not_split_from_itself CHECK (split_from_id <> id);
CREATE UNIQUE INDEX pause_open_once ON pauses (case_id) WHERE ended_at IS NULL;
ALTER TABLE pauses
  ADD CONSTRAINT pause_reason_allowed CHECK (reason <> 'WAITING_FOR_CITIZEN'),
  ADD CONSTRAINT pause_evidence_given CHECK (btrim(evidence) <> ''),
  ADD CONSTRAINT pause_ends_after_start CHECK (ended_at >= started_at),
  ADD CONSTRAINT pause_ended_whole
    CHECK ((ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_at IS NULL) = (end_evidence IS NULL));
CREATE UNIQUE INDEX termination_of_round ON terminations (case_id, round);
ALTER TABLE terminations ADD CONSTRAINT termination_reason_given CHECK (btrim(reason) <> '');
ALTER TABLE notices ADD CONSTRAINT notice_text_given CHECK (btrim(text) <> '');
CREATE UNIQUE INDEX reopening_of_round ON reopenings (case_id, round);
ALTER TABLE reopenings
  ADD CONSTRAINT reopening_facts_given CHECK (btrim(new_facts) <> ''),
  ADD CONSTRAINT reopening_reason_given CHECK (btrim(reason) <> '');
CREATE UNIQUE INDEX voiding_once ON voidings (case_id);
ALTER TABLE voidings ADD CONSTRAINT voiding_reason_given CHECK (btrim(reason) <> '');
CREATE UNIQUE INDEX filing_one_pending ON filing_reports (case_id) WHERE status = 'SUBMITTED';
ALTER TABLE filing_reports
  ADD CONSTRAINT filing_parts_given
    CHECK (btrim(cause) <> '' AND btrim(process) <> '' AND btrim(recommendation) <> ''),
  ADD CONSTRAINT filing_decided_whole CHECK ((status = 'SUBMITTED') = (decided_at IS NULL)),
  ADD CONSTRAINT filing_decided_by_somebody CHECK ((status IN ('FILED', 'REJECTED')) = (decided_by_id IS NOT NULL)),
  ADD CONSTRAINT filing_not_self_decided CHECK (decided_by_id <> submitted_by_id),
  ADD CONSTRAINT filing_rejection_has_reason CHECK (status <> 'REJECTED' OR btrim(coalesce(decision_reason, '')) <> ''),
  ADD CONSTRAINT filing_sealed CHECK (status <> 'FILED' OR document_status = 'VERIFIED'),
  ADD CONSTRAINT filing_size_in_bounds CHECK (byte_size BETWEEN 1 AND 20971520),
  ADD CONSTRAINT filing_digest_is_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$');
CREATE UNIQUE INDEX odr_enterprise_once ON odr_enterprises (jurisdiction_id, uscc);
CREATE UNIQUE INDEX odr_routing_one_open ON odr_routings (case_id) WHERE status = 'SETTLING';
ALTER TABLE callbacks
  ADD CONSTRAINT callback_exempted_with_reason
    CHECK (NOT exempted OR (level = 'DISSATISFIED' AND review_decision = 'APPROVE' AND btrim(review_reason) <> ''));
ALTER TABLE odr_routings
  ADD CONSTRAINT odr_routing_concluded_whole CHECK ((status = 'SETTLING') = (concluded_at IS NULL)),
  ADD CONSTRAINT odr_routing_settled_whole CHECK ((status = 'SETTLED') = (settlement IS NOT NULL)),
  ADD CONSTRAINT odr_routing_amount_not_negative CHECK (amount >= 0);
CREATE UNIQUE INDEX reminder_of_stage ON reminders (deadline_id, due_at, stage);
CREATE UNIQUE INDEX suggestion_of_round ON supervision_suggestions (case_id, round, trigger);
ALTER TABLE supervision_orders
  ADD CONSTRAINT supervision_answered_whole
    CHECK ((answered_at IS NULL) = (answered_by_id IS NULL) AND (answered_at IS NULL) = (answer IS NULL));
ALTER TABLE instructions ADD CONSTRAINT instruction_text_given CHECK (btrim(text) <> '');
ALTER TABLE meetings ADD CONSTRAINT meeting_minutes_given CHECK (btrim(minutes) <> '');
ALTER TABLE return_requests DROP CONSTRAINT return_decided_by_somebody,
  ADD CONSTRAINT return_decided_by_somebody CHECK ((status IN ('APPROVED', 'REJECTED')) = (decided_by_id IS NOT NULL));
DROP INDEX callback_attempt_once;
CREATE UNIQUE INDEX callback_attempt_once ON callbacks (case_id, round, coalesce(follower_id, case_id), attempt);
DROP INDEX callback_one_in_review;
CREATE UNIQUE INDEX callback_one_in_review ON callbacks (case_id, round, coalesce(follower_id, case_id))
  WHERE completes AND reviewed_at IS NULL;
DROP INDEX approval_one_pending;
CREATE UNIQUE INDEX approval_one_pending ON approvals (case_id, kind)
  WHERE decided_at IS NULL AND kind <> 'CALLBACK_REVIEW';
CREATE UNIQUE INDEX approval_subject_once ON approvals (subject_id) WHERE decided_at IS NULL;
CREATE INDEX deadline_running ON deadlines (effective_due_at, id)
  WHERE met_at IS NULL AND stopped_at IS NULL;
CREATE INDEX callback_dissatisfied ON callbacks (case_id, round) WHERE level = 'DISSATISFIED';
CREATE INDEX supervision_by_date ON supervision_orders (answer_by, id);
CREATE INDEX supervision_by_answerer ON supervision_orders (answered_by_id);
CREATE INDEX case_by_target ON cases (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX case_by_whole ON cases (split_from_id) WHERE split_from_id IS NOT NULL;
CREATE INDEX deadline_change_by_amendment ON deadline_changes (amendment_id) WHERE amendment_id IS NOT NULL;
CREATE INDEX case_by_repeated ON cases (repeat_of_id) WHERE repeat_of_id IS NOT NULL;
UPDATE deadline_changes x SET amount = e.working_days, unit = 'WORKING_DAY' FROM extension_requests e
  WHERE x.cause = 'EXTENSION' AND x.amount IS NULL AND e.status = 'APPROVED'
    AND e.deadline_id = x.deadline_id AND e.decided_at = x.at;
"""

BACKWARD = """
ALTER TABLE callbacks DROP CONSTRAINT callback_exempted_with_reason;
DROP INDEX case_by_repeated;
DROP INDEX case_by_whole;
DROP INDEX case_by_target;
DROP INDEX supervision_by_answerer;
DROP INDEX supervision_by_date;
DROP INDEX callback_dissatisfied;
DROP INDEX deadline_running;
DROP INDEX approval_subject_once;
DROP INDEX approval_one_pending;
CREATE UNIQUE INDEX approval_one_pending ON approvals (case_id, kind) WHERE decided_at IS NULL;
DROP INDEX callback_one_in_review;
CREATE UNIQUE INDEX callback_one_in_review ON callbacks (case_id) WHERE completes AND reviewed_at IS NULL;
DROP INDEX callback_attempt_once;
CREATE UNIQUE INDEX callback_attempt_once ON callbacks (case_id, round, attempt);
ALTER TABLE return_requests DROP CONSTRAINT return_decided_by_somebody,
  ADD CONSTRAINT return_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by_id IS NULL));
ALTER TABLE supervision_orders DROP CONSTRAINT supervision_answered_whole;
ALTER TABLE cases DROP CONSTRAINT case_merged_whole, DROP CONSTRAINT case_merged_at_some_time,
  DROP CONSTRAINT case_not_merged_into_itself, DROP CONSTRAINT case_not_split_from_itself;
"""


class Migration(migrations.Migration):
    dependencies = [('jiesu', '0006_closed_at_the_centre')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CalendarAmendment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('version', fields.IntField(unique=True)),
                ('reason', fields.CharField(max_length=300)),
                ('amended_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recomputed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('looked_at', fields.IntField(default=0, db_default=0)),
            ],
            options={'table': 'calendar_amendments', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '工作日历修订: which version replaced some days, why, and when the open limits were counted anew (DEC-13).'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='FilingReport',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='filings', on_delete=OnDelete.RESTRICT)),
                ('office', fields.ForeignKeyField('jiesu.Office', source_field='office_id', db_index=True, db_constraint=True, to_field='id', related_name='filings', on_delete=OnDelete.RESTRICT)),
                ('round', fields.IntField()),
                ('status', fields.CharEnumField(description='SUBMITTED: SUBMITTED\nFILED: FILED\nREJECTED: REJECTED\nLAPSED: LAPSED', enum_type=FilingStatus, max_length=12)),
                ('cause', fields.TextField(unique=False)),
                ('process', fields.TextField(unique=False)),
                ('recommendation', fields.TextField(unique=False)),
                ('sha256', fields.CharField(max_length=64)),
                ('byte_size', fields.IntField()),
                ('content_type', fields.CharField(max_length=20)),
                ('document_status', fields.CharEnumField(description='DECLARED: DECLARED\nUPLOADED: UPLOADED\nVERIFIED: VERIFIED\nREJECTED: REJECTED', enum_type=PhotoStatus, max_length=10)),
                ('document_received_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('submitted_by', fields.ForeignKeyField('jiesu.Person', source_field='submitted_by_id', db_index=True, db_constraint=True, to_field='id', related_name='filings', on_delete=OnDelete.RESTRICT)),
                ('submitted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('jiesu.Person', source_field='decided_by_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='decided_filings', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decision_reason', fields.CharField(null=True, max_length=2000)),
            ],
            options={'table': 'filing_reports', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '书面报告: why a matter cannot be solved for now, what was done, what is proposed; sealed (ZZ-17). The sealed file is'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Instruction',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='instructions', on_delete=OnDelete.RESTRICT)),
                ('text', fields.TextField(unique=False)),
                ('instructed_by', fields.ForeignKeyField('jiesu.Person', source_field='instructed_by_id', db_index=True, db_constraint=True, to_field='id', related_name='instructions', on_delete=OnDelete.RESTRICT)),
                ('instructed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'instructions', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '批示: what a leader wants done about a case.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Lease',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('name', fields.CharField(unique=True, max_length=40)),
                ('holder', fields.UUIDField()),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'leases', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': 'Which process does a work that only one may do, until when.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Meeting',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='meetings', on_delete=OnDelete.RESTRICT)),
                ('held_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('office_ids', ArrayField(element_type='UUID')),
                ('minutes', fields.TextField(unique=False)),
                ('recorded_by', fields.ForeignKeyField('jiesu.Person', source_field='recorded_by_id', db_index=True, db_constraint=True, to_field='id', related_name='meetings', on_delete=OnDelete.RESTRICT)),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'meetings', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '协调会: who sat together about a case, and what was agreed.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Notice',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.RESTRICT)),
                ('round', fields.IntField()),
                ('kind', fields.CharEnumField(description='ACCEPTANCE: ACCEPTANCE\nTERMINATION: TERMINATION\nINFORMANT: INFORMANT', enum_type=NoticeKind, max_length=12)),
                ('text', fields.TextField(unique=False)),
                ('given_by', fields.ForeignKeyField('jiesu.Person', source_field='given_by_id', db_index=True, db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.RESTRICT)),
                ('given_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'notices', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '告知: what the law wants told to whom, and that it was.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='OdrEnterprise',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('jurisdiction_id', fields.UUIDField()),
                ('office', fields.ForeignKeyField('jiesu.Office', source_field='office_id', db_index=True, db_constraint=True, to_field='id', related_name='odr_enterprises', on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('uscc', fields.CharField(max_length=18)),
                ('enrolled_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'odr_enterprises', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '在线和解企业: a trader enrolled by its USCC (GB 32100). `office`: where its users hold their role.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='OdrRouting',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='odr_routings', on_delete=OnDelete.RESTRICT)),
                ('enterprise', fields.ForeignKeyField('jiesu.OdrEnterprise', source_field='enterprise_id', db_index=True, db_constraint=True, to_field='id', related_name='routings', on_delete=OnDelete.RESTRICT)),
                ('status', fields.CharEnumField(description='SETTLING: SETTLING\nSETTLED: SETTLED\nDECLINED: DECLINED\nEXPIRED: EXPIRED', enum_type=OdrStatus, max_length=12)),
                ('routed_by', fields.ForeignKeyField('jiesu.Person', source_field='routed_by_id', db_index=True, db_constraint=True, to_field='id', related_name='odr_routings', on_delete=OnDelete.RESTRICT)),
                ('routed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('concluded_by', fields.ForeignKeyField('jiesu.Person', source_field='concluded_by_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='concluded_routings', on_delete=OnDelete.RESTRICT)),
                ('concluded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('settlement', fields.TextField(null=True, unique=False)),
                ('amount', fields.DecimalField(null=True, max_digits=14, decimal_places=2)),
                ('reason', fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'odr_routings', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '分流和解: one complaint with one enterprise. Concluded by the enterprise, or by the end of its time.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Pause',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='pauses', on_delete=OnDelete.RESTRICT)),
                ('reason', fields.CharEnumField(description='TESTING: TESTING\nAPPRAISAL: APPRAISAL\nRECUSAL: RECUSAL\nLEGAL_PROCEEDING: LEGAL_PROCEEDING\nWAITING_FOR_CITIZEN: WAITING_FOR_CITIZEN', enum_type=PauseReason, max_length=20)),
                ('evidence', fields.TextField(unique=False)),
                ('started_by', fields.ForeignKeyField('jiesu.Person', source_field='started_by_id', db_index=True, db_constraint=True, to_field='id', related_name='started_pauses', on_delete=OnDelete.RESTRICT)),
                ('started_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('end_evidence', fields.TextField(null=True, unique=False)),
                ('ended_by', fields.ForeignKeyField('jiesu.Person', source_field='ended_by_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='ended_pauses', on_delete=OnDelete.RESTRICT)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'pauses', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '中止: the clocks of a case stand still from `started_at` to `ended_at`, for a reason the law knows (T12, DEC-12).'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Reminder',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='reminders', on_delete=OnDelete.RESTRICT)),
                ('deadline', fields.ForeignKeyField('jiesu.Deadline', source_field='deadline_id', db_index=True, db_constraint=True, to_field='id', related_name='reminders', on_delete=OnDelete.RESTRICT)),
                ('stage', fields.CharEnumField(description='BEFORE_DUE: BEFORE_DUE\nDUE: DUE\nFORMAL_NOTICE: FORMAL_NOTICE\nCRITICISM: CRITICISM', enum_type=ReminderStage, max_length=14)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reminders', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '催办: one rung of the ladder before and after a closing date (4.5). A date that moves has a ladder of its own.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Reopening',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='reopenings', on_delete=OnDelete.RESTRICT)),
                ('round', fields.IntField()),
                ('new_facts', fields.TextField(unique=False)),
                ('reason', fields.TextField(unique=False)),
                ('reopened_by', fields.ForeignKeyField('jiesu.Person', source_field='reopened_by_id', db_index=True, db_constraint=True, to_field='id', related_name='reopenings', on_delete=OnDelete.RESTRICT)),
                ('reopened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'reopenings', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '重新办理: the new facts that opened another round of an archived case (T21). `round` is the one they opened.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='SupervisionSuggestion',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='suggestions', on_delete=OnDelete.RESTRICT)),
                ('round', fields.IntField()),
                ('trigger', fields.CharEnumField(description='OVERDUE: OVERDUE\nREPEATED: REPEATED\nDISSATISFIED: DISSATISFIED\nSEVERAL_SECTIONS: SEVERAL_SECTIONS\nNO_PROGRESS: NO_PROGRESS\nREFUSED_SIGN_FOR: REFUSED_SIGN_FOR\nINSTRUCTION: INSTRUCTION', enum_type=SupervisionTrigger, max_length=20)),
                ('suggested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'supervision_suggestions', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '建议督办: a trigger of domain 4.5 was seen, once a round. Whoever supervises decides.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Termination',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='terminations', on_delete=OnDelete.RESTRICT)),
                ('round', fields.IntField()),
                ('ground', fields.CharEnumField(description='WITHDRAWN_OR_SETTLED: WITHDRAWN_OR_SETTLED\nTESTING_NOT_AGREED: TESTING_NOT_AGREED\nREFUSED_TO_TAKE_PART: REFUSED_TO_TAKE_PART\nNO_AGREEMENT: NO_AGREEMENT\nTIME_EXPIRED: TIME_EXPIRED\nNOT_ACCEPTABLE: NOT_ACCEPTABLE\nOTHER: OTHER', enum_type=TerminationGround, max_length=24)),
                ('reason', fields.TextField(unique=False)),
                ('terminated_by', fields.ForeignKeyField('jiesu.Person', source_field='terminated_by_id', db_index=True, db_constraint=True, to_field='id', related_name='terminations', on_delete=OnDelete.RESTRICT)),
                ('terminated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'terminations', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '终止: a case ended before it was handled to the end, on one of seven grounds (Order 20 art. 21).'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='VoicemailCall',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='voicemail_calls', on_delete=OnDelete.RESTRICT)),
                ('reached', fields.BooleanField()),
                ('remark', fields.TextField(null=True, unique=False)),
                ('called_by', fields.ForeignKeyField('jiesu.Person', source_field='called_by_id', db_index=True, db_constraint=True, to_field='id', related_name='voicemail_calls', on_delete=OnDelete.RESTRICT)),
                ('called_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'voicemail_calls', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '录音回拨: one attempt to reach whoever left the recording (SY-6).'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Voiding',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='voidings', on_delete=OnDelete.RESTRICT)),
                ('ground', fields.CharEnumField(description='SILENT_CALL: SILENT_CALL\nTEST: TEST\nABUSE: ABUSE', enum_type=VoidGround, max_length=12)),
                ('reason', fields.TextField(unique=False)),
                ('voided_by', fields.ForeignKeyField('jiesu.Person', source_field='voided_by_id', db_index=True, db_constraint=True, to_field='id', related_name='voidings', on_delete=OnDelete.RESTRICT)),
                ('voided_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'voidings', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '作废: why a registration is none: out of every figure, kept for the audit (T22).'},
            bases=['Table'],
        ),
        ops.AlterField(
            model_name='Approval',
            name='kind',
            field=fields.CharEnumField(description='SIGN_OFF: SIGN_OFF\nEXTENSION: EXTENSION\nCALLBACK_REVIEW: CALLBACK_REVIEW\nRETURN: RETURN\nFILING: FILING', enum_type=ApprovalKind, max_length=20),
        ),
        ops.AddField(
            model_name='Approval',
            name='escalated_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='Assignment',
            name='status',
            field=fields.CharEnumField(description='ACTIVE: ACTIVE\nRETURNED: RETURNED\nMERGED: MERGED', enum_type=AssignmentStatus, max_length=12),
        ),
        ops.AddField(
            model_name='Callback',
            name='exempted',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Callback',
            name='follower_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Case',
            name='merged_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Case',
            name='merged_into_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Case',
            name='odr_office_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='Case',
            name='split_from_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AlterModelOptions(
            name='Deadline',
            options={'table': 'deadlines', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': 'One clock of one case. `due_at` is what was set first; `effective_due_at` what binds now. `stopped_at`: since when it'},
        ),
        ops.AlterField(
            model_name='Deadline',
            name='kind',
            field=fields.CharEnumField(description='TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT\nVERIFY_EXT: VERIFY_EXT\nTERMINATION_NOTICE: TERMINATION_NOTICE\nODR_SETTLEMENT: ODR_SETTLEMENT\nDECISION: DECISION', enum_type=DeadlineKind, max_length=20),
        ),
        ops.AddField(
            model_name='Deadline',
            name='stopped_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterModelOptions(
            name='DeadlineChange',
            options={'table': 'deadline_changes', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': 'Why a due date moved (`cause`: EXTENSION, REGIME, PAUSE, RESTART or CALENDAR). The past keeps its old date.'},
        ),
        ops.AddField(
            model_name='DeadlineChange',
            name='amendment_id',
            field=fields.UUIDField(null=True),
        ),
        ops.AddField(
            model_name='DeadlineChange',
            name='amount',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='DeadlineChange',
            name='calendar_mode',
            field=fields.CharEnumField(null=True, description='STATUTORY: STATUTORY\nDUTY: DUTY', enum_type=CalendarMode, max_length=12),
        ),
        ops.AddField(
            model_name='DeadlineChange',
            name='unit',
            field=fields.CharEnumField(null=True, description='WORKING_DAY: WORKING_DAY\nCALENDAR_DAY: CALENDAR_DAY\nHOUR: HOUR', enum_type=LimitUnit, max_length=12),
        ),
        ops.AlterField(
            model_name='DeadlinePolicy',
            name='deadline_kind',
            field=fields.CharEnumField(description='TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT\nVERIFY_EXT: VERIFY_EXT\nTERMINATION_NOTICE: TERMINATION_NOTICE\nODR_SETTLEMENT: ODR_SETTLEMENT\nDECISION: DECISION', enum_type=DeadlineKind, max_length=20),
        ),
        ops.AlterField(
            model_name='ExtensionRequest',
            name='status',
            field=fields.CharEnumField(description='REQUESTED: REQUESTED\nAPPROVED: APPROVED\nREJECTED: REJECTED\nWITHDRAWN: WITHDRAWN\nLAPSED: LAPSED', enum_type=ExtensionStatus, max_length=12),
        ),
        ops.AddField(
            model_name='HandlingResult',
            name='override_reason',
            field=fields.CharField(null=True, max_length=2000),
        ),
        ops.AlterField(
            model_name='LedgerEntry',
            name='kind',
            field=fields.CharEnumField(description='RECEIVED: RECEIVED\nANSWERED: ANSWERED\nNOT_ACCEPTED: NOT_ACCEPTED\nTRANSFERRED_OUT: TRANSFERRED_OUT\nVOIDED: VOIDED\nVOICEMAIL_CALLED: VOICEMAIL_CALLED\nVOICEMAIL_REGISTERED: VOICEMAIL_REGISTERED\nSPLIT: SPLIT\nMERGED: MERGED\nFOLLOWER_JOINED: FOLLOWER_JOINED\nODR_ENROLLED: ODR_ENROLLED\nODR_ROUTED: ODR_ROUTED\nODR_SETTLED: ODR_SETTLED\nODR_DECLINED: ODR_DECLINED\nODR_EXPIRED: ODR_EXPIRED\nSUSPENDED: SUSPENDED\nRESUMED: RESUMED\nFILING_SUBMITTED: FILING_SUBMITTED\nDOCUMENT_VERIFIED: DOCUMENT_VERIFIED\nFILED: FILED\nFILING_REJECTED: FILING_REJECTED\nTERMINATED: TERMINATED\nNOTICE_GIVEN: NOTICE_GIVEN\nREOPENED: REOPENED\nEXTENSION_WITHDRAWN: EXTENSION_WITHDRAWN\nEXTENSION_LAPSED: EXTENSION_LAPSED\nDEADLINE_BREACHED: DEADLINE_BREACHED\nREMINDED: REMINDED\nESCALATED: ESCALATED\nSUPERVISION_SUGGESTED: SUPERVISION_SUGGESTED\nSUPERVISION_ANSWERED: SUPERVISION_ANSWERED\nINSTRUCTED: INSTRUCTED\nMEETING_HELD: MEETING_HELD\nREGIME_ENDED: REGIME_ENDED\nCALENDAR_AMENDED: CALENDAR_AMENDED\nDEADLINE_RECOMPUTED: DEADLINE_RECOMPUTED\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nCALLBACK_SIGNED: CALLBACK_SIGNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\nSUPERVISED: SUPERVISED\nTAGGED: TAGGED\nREGIME_ACTIVATED: REGIME_ACTIVATED\nORIGINAL_READ: ORIGINAL_READ\nSYNC_RESET: SYNC_RESET\nREMOVED: REMOVED\nHEARTBEAT: HEARTBEAT', enum_type=CaseEventKind, max_length=30),
        ),
        ops.AddField(
            model_name='Regime',
            name='end_reason',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='Regime',
            name='ended_by',
            field=fields.UUIDField(null=True),
        ),
        ops.AlterField(
            model_name='ReturnRequest',
            name='status',
            field=fields.CharEnumField(description='REQUESTED: REQUESTED\nAPPROVED: APPROVED\nREJECTED: REJECTED\nLAPSED: LAPSED', enum_type=ReturnStatus, max_length=12),
        ),
        ops.AddField(
            model_name='SupervisionOrder',
            name='answer',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='SupervisionOrder',
            name='answered_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='SupervisionOrder',
            name='answered_by',
            field=fields.ForeignKeyField('jiesu.Person', source_field='answered_by_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='answered_supervisions', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='SupervisionOrder',
            name='trigger',
            field=fields.CharEnumField(null=True, description='OVERDUE: OVERDUE\nREPEATED: REPEATED\nDISSATISFIED: DISSATISFIED\nSEVERAL_SECTIONS: SEVERAL_SECTIONS\nNO_PROGRESS: NO_PROGRESS\nREFUSED_SIGN_FOR: REFUSED_SIGN_FOR\nINSTRUCTION: INSTRUCTION', enum_type=SupervisionTrigger, max_length=20),
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
