"""退单: a unit may ask the centre to take a case back; a case that was taken back is dispatched again."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from resolvers.terms.kinds import ApprovalKind, CaseEventKind, DeadlineKind, ReturnStatus
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

FORWARD = """
CREATE UNIQUE INDEX return_one_pending ON return_requests (case_id) WHERE status = 'REQUESTED';
ALTER TABLE return_requests
  ADD CONSTRAINT return_reason_given CHECK (btrim(reason) <> ''),
  ADD CONSTRAINT return_decided_whole CHECK ((status = 'REQUESTED') = (decided_at IS NULL)),
  ADD CONSTRAINT return_decided_by_somebody CHECK ((decided_at IS NULL) = (decided_by_id IS NULL)),
  ADD CONSTRAINT return_not_self_decided CHECK (decided_by_id <> requested_by_id),
  ADD CONSTRAINT return_rejection_has_reason
    CHECK (status <> 'REJECTED' OR btrim(coalesce(decision_reason, '')) <> '');
DROP INDEX deadline_of_round;
CREATE UNIQUE INDEX deadline_of_round ON deadlines (case_id, round, kind, clock, dispatch);
ALTER TABLE deadlines ADD CONSTRAINT deadline_dispatch_positive CHECK (dispatch >= 1);
"""

BACKWARD = """
ALTER TABLE deadlines DROP CONSTRAINT deadline_dispatch_positive;
DROP INDEX deadline_of_round;
CREATE UNIQUE INDEX deadline_of_round ON deadlines (case_id, round, kind, clock);
ALTER TABLE return_requests DROP CONSTRAINT return_reason_given, DROP CONSTRAINT return_decided_whole,
  DROP CONSTRAINT return_decided_by_somebody, DROP CONSTRAINT return_not_self_decided,
  DROP CONSTRAINT return_rejection_has_reason;
DROP INDEX return_one_pending;
"""


class Migration(migrations.Migration):
    dependencies = [('jiesu', '0004_identity')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ReturnRequest',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='returns', on_delete=OnDelete.RESTRICT)),
                ('office', fields.ForeignKeyField('jiesu.Office', source_field='office_id', db_index=True, db_constraint=True, to_field='id', related_name='returns', on_delete=OnDelete.RESTRICT)),
                ('status', fields.CharEnumField(description='REQUESTED: REQUESTED\nAPPROVED: APPROVED\nREJECTED: REJECTED', enum_type=ReturnStatus, max_length=12)),
                ('reason', fields.TextField(unique=False)),
                ('legal_basis', fields.CharField(null=True, max_length=2000)),
                ('suggested_office', fields.ForeignKeyField('jiesu.Office', source_field='suggested_office_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='suggested_returns', on_delete=OnDelete.RESTRICT)),
                ('requested_by', fields.ForeignKeyField('jiesu.Person', source_field='requested_by_id', db_index=True, db_constraint=True, to_field='id', related_name='requested_returns', on_delete=OnDelete.RESTRICT)),
                ('requested_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('jiesu.Person', source_field='decided_by_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='decided_returns', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decision_reason', fields.CharField(null=True, max_length=2000)),
            ],
            options={'table': 'return_requests', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '退单申请: the unit that leads says it is not competent; the centre decides (T9–T11). Never forwarded by the unit.'},
            bases=['Table'],
        ),
        ops.AlterField(
            model_name='Approval',
            name='kind',
            field=fields.CharEnumField(description='SIGN_OFF: SIGN_OFF\nEXTENSION: EXTENSION\nCALLBACK_REVIEW: CALLBACK_REVIEW\nRETURN: RETURN', enum_type=ApprovalKind, max_length=20),
        ),
        ops.AlterField(
            model_name='Deadline',
            name='kind',
            field=fields.CharEnumField(description='TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT', enum_type=DeadlineKind, max_length=20),
        ),
        ops.AddField(
            model_name='Deadline',
            name='dispatch',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AlterField(
            model_name='DeadlinePolicy',
            name='deadline_kind',
            field=fields.CharEnumField(description='TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT', enum_type=DeadlineKind, max_length=20),
        ),
        ops.AlterField(
            model_name='LedgerEntry',
            name='kind',
            field=fields.CharEnumField(description='RECEIVED: RECEIVED\nANSWERED: ANSWERED\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\nSUPERVISED: SUPERVISED\nTAGGED: TAGGED\nREGIME_ACTIVATED: REGIME_ACTIVATED\nORIGINAL_READ: ORIGINAL_READ\nSYNC_RESET: SYNC_RESET\nREMOVED: REMOVED\nHEARTBEAT: HEARTBEAT', enum_type=CaseEventKind, max_length=30),
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
