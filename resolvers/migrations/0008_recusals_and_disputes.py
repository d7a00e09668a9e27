"""Recusals, disputes about a refused return, the rhythm of bulletins, limits by priority."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from resolvers.terms.kinds import ApprovalKind, BulletinPeriod, CaseEventKind, DeadlineKind, DisputeStatus
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

FORWARD = """
CREATE UNIQUE INDEX recusal_in_force_once ON recusals (case_id, person_id) WHERE lifted_at IS NULL;
ALTER TABLE recusals
  ADD CONSTRAINT recusal_reason_given CHECK (btrim(reason) <> ''),
  ADD CONSTRAINT recusal_lifted_whole
    CHECK ((lifted_at IS NULL) = (lifted_by_id IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL));
CREATE UNIQUE INDEX dispute_once_a_unit ON disputes (case_id, office_id);
ALTER TABLE disputes
  ADD CONSTRAINT dispute_reason_given CHECK (btrim(reason) <> ''),
  ADD CONSTRAINT dispute_decided_whole CHECK ((status = 'RAISED') = (decided_at IS NULL)),
  ADD CONSTRAINT dispute_decided_by_somebody CHECK ((status IN ('DESIGNATED', 'UPHELD')) = (decided_by_id IS NOT NULL)),
  ADD CONSTRAINT dispute_not_self_decided CHECK (decided_by_id <> raised_by_id),
  ADD CONSTRAINT dispute_designated_whole CHECK ((status = 'DESIGNATED') = (designated_office_id IS NOT NULL)),
  ADD CONSTRAINT dispute_not_designated_to_itself CHECK (designated_office_id <> office_id);
"""

BACKWARD = """
DROP INDEX dispute_once_a_unit;
DROP INDEX recusal_in_force_once;
"""


class Migration(migrations.Migration):
    dependencies = [('jiesu', '0007_law_of_a_case')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Dispute',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='disputes', on_delete=OnDelete.RESTRICT)),
                ('return_request', fields.ForeignKeyField('jiesu.ReturnRequest', source_field='return_request_id', db_index=True, db_constraint=True, to_field='id', related_name='disputes', on_delete=OnDelete.RESTRICT)),
                ('office', fields.ForeignKeyField('jiesu.Office', source_field='office_id', db_index=True, db_constraint=True, to_field='id', related_name='disputes', on_delete=OnDelete.RESTRICT)),
                ('status', fields.CharEnumField(description='RAISED: RAISED\nDESIGNATED: DESIGNATED\nUPHELD: UPHELD\nLAPSED: LAPSED', enum_type=DisputeStatus, max_length=12)),
                ('reason', fields.TextField(unique=False)),
                ('legal_basis', fields.CharField(null=True, max_length=2000)),
                ('raised_by', fields.ForeignKeyField('jiesu.Person', source_field='raised_by_id', db_index=True, db_constraint=True, to_field='id', related_name='raised_disputes', on_delete=OnDelete.RESTRICT)),
                ('raised_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('jiesu.Person', source_field='decided_by_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='decided_disputes', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decision_reason', fields.CharField(null=True, max_length=2000)),
                ('designated_office', fields.ForeignKeyField('jiesu.Office', source_field='designated_office_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='designations', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'disputes', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '管辖争议: a unit whose return was refused brings it before the leader, who says which unit handles it (T10, Order'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Recusal',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='recusals', on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('jiesu.Person', source_field='person_id', db_index=True, db_constraint=True, to_field='id', related_name='recusals', on_delete=OnDelete.RESTRICT)),
                ('reason', fields.TextField(unique=False)),
                ('declared_by', fields.ForeignKeyField('jiesu.Person', source_field='declared_by_id', db_index=True, db_constraint=True, to_field='id', related_name='declared_recusals', on_delete=OnDelete.RESTRICT)),
                ('declared_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('lifted_by', fields.ForeignKeyField('jiesu.Person', source_field='lifted_by_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='lifted_recusals', on_delete=OnDelete.RESTRICT)),
                ('lifted_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('lift_reason', fields.CharField(null=True, max_length=2000)),
            ],
            options={'table': 'recusals', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': 'One person off one case, until it is lifted.'},
            bases=['Table'],
        ),
        ops.AlterField(
            model_name='Approval',
            name='kind',
            field=fields.CharEnumField(description='SIGN_OFF: SIGN_OFF\nEXTENSION: EXTENSION\nCALLBACK_REVIEW: CALLBACK_REVIEW\nRETURN: RETURN\nFILING: FILING\nDISPUTE: DISPUTE', enum_type=ApprovalKind, max_length=20),
        ),
        ops.AddField(
            model_name='Case',
            name='recused_ids',
            field=ArrayField(default=list, db_default=[], element_type='UUID'),
        ),
        ops.AlterField(
            model_name='Deadline',
            name='kind',
            field=fields.CharEnumField(description='TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT\nVERIFY_EXT: VERIFY_EXT\nTERMINATION_NOTICE: TERMINATION_NOTICE\nODR_SETTLEMENT: ODR_SETTLEMENT\nRESOLVE: RESOLVE\nDECISION: DECISION', enum_type=DeadlineKind, max_length=20),
        ),
        ops.AlterField(
            model_name='DeadlinePolicy',
            name='deadline_kind',
            field=fields.CharEnumField(description='TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT\nVERIFY_EXT: VERIFY_EXT\nTERMINATION_NOTICE: TERMINATION_NOTICE\nODR_SETTLEMENT: ODR_SETTLEMENT\nRESOLVE: RESOLVE\nDECISION: DECISION', enum_type=DeadlineKind, max_length=20),
        ),
        ops.AddField(
            model_name='DeadlinePolicy',
            name='priority',
            field=fields.CharField(null=True, max_length=12),
        ),
        ops.AlterField(
            model_name='LedgerEntry',
            name='kind',
            field=fields.CharEnumField(description='RECEIVED: RECEIVED\nANSWERED: ANSWERED\nNOT_ACCEPTED: NOT_ACCEPTED\nTRANSFERRED_OUT: TRANSFERRED_OUT\nVOIDED: VOIDED\nVOICEMAIL_CALLED: VOICEMAIL_CALLED\nVOICEMAIL_REGISTERED: VOICEMAIL_REGISTERED\nSPLIT: SPLIT\nMERGED: MERGED\nFOLLOWER_JOINED: FOLLOWER_JOINED\nODR_ENROLLED: ODR_ENROLLED\nODR_ROUTED: ODR_ROUTED\nODR_SETTLED: ODR_SETTLED\nODR_DECLINED: ODR_DECLINED\nODR_EXPIRED: ODR_EXPIRED\nSUSPENDED: SUSPENDED\nRESUMED: RESUMED\nFILING_SUBMITTED: FILING_SUBMITTED\nDOCUMENT_VERIFIED: DOCUMENT_VERIFIED\nFILED: FILED\nFILING_REJECTED: FILING_REJECTED\nTERMINATED: TERMINATED\nNOTICE_GIVEN: NOTICE_GIVEN\nREOPENED: REOPENED\nEXTENSION_WITHDRAWN: EXTENSION_WITHDRAWN\nEXTENSION_LAPSED: EXTENSION_LAPSED\nDEADLINE_BREACHED: DEADLINE_BREACHED\nREMINDED: REMINDED\nESCALATED: ESCALATED\nSUPERVISION_SUGGESTED: SUPERVISION_SUGGESTED\nSUPERVISION_ANSWERED: SUPERVISION_ANSWERED\nINSTRUCTED: INSTRUCTED\nMEETING_HELD: MEETING_HELD\nREGIME_ENDED: REGIME_ENDED\nCALENDAR_AMENDED: CALENDAR_AMENDED\nDEADLINE_RECOMPUTED: DEADLINE_RECOMPUTED\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nDISPUTE_RAISED: DISPUTE_RAISED\nDISPUTE_UPHELD: DISPUTE_UPHELD\nUNIT_DESIGNATED: UNIT_DESIGNATED\nRECUSED: RECUSED\nRECUSAL_LIFTED: RECUSAL_LIFTED\nLAB_RESULT_ADDED: LAB_RESULT_ADDED\nRECTIFICATION_CLOSED: RECTIFICATION_CLOSED\nPATROL_PLANNED: PATROL_PLANNED\nPATROL_CANCELLED: PATROL_CANCELLED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nCALLBACK_SIGNED: CALLBACK_SIGNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\nSUPERVISED: SUPERVISED\nTAGGED: TAGGED\nREGIME_ACTIVATED: REGIME_ACTIVATED\nORIGINAL_READ: ORIGINAL_RE', enum_type=CaseEventKind, max_length=30),
        ),
        ops.AddField(
            model_name='Regime',
            name='bulletin_period',
            field=fields.CharEnumField(default=BulletinPeriod.DAILY, description='DAILY: DAILY\nWEEKLY: WEEKLY\nMONTHLY: MONTHLY', db_default=BulletinPeriod.DAILY, enum_type=BulletinPeriod, max_length=8),
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
