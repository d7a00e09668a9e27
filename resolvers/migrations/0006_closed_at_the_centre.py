"""不予受理、移送: what a case was closed by at the centre."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from resolvers.terms.kinds import CaseEventKind, NonAcceptanceGround
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

FORWARD = """
CREATE UNIQUE INDEX non_acceptance_once ON non_acceptances (case_id);
ALTER TABLE non_acceptances ADD CONSTRAINT non_acceptance_notice_given CHECK (btrim(notice) <> '');
CREATE UNIQUE INDEX transfer_once ON transfers_out (case_id);
ALTER TABLE transfers_out
  ADD CONSTRAINT transfer_body_named CHECK (btrim(receiving_body) <> ''),
  ADD CONSTRAINT transfer_notice_given CHECK (btrim(notice) <> '');
"""

BACKWARD = """
ALTER TABLE transfers_out DROP CONSTRAINT transfer_body_named, DROP CONSTRAINT transfer_notice_given;
DROP INDEX transfer_once;
ALTER TABLE non_acceptances DROP CONSTRAINT non_acceptance_notice_given;
DROP INDEX non_acceptance_once;
"""


class Migration(migrations.Migration):
    dependencies = [('jiesu', '0005_returns')]

    initial = False

    operations = [
        ops.CreateModel(
            name='NonAcceptance',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='non_acceptances', on_delete=OnDelete.RESTRICT)),
                ('ground', fields.CharEnumField(description='NOT_COMPETENT: NOT_COMPETENT\nHANDLED_ELSEWHERE: HANDLED_ELSEWHERE\nNO_CONSUMER_DISPUTE: NO_CONSUMER_DISPUTE\nOVER_THREE_YEARS: OVER_THREE_YEARS\nMATERIAL_MISSING: MATERIAL_MISSING\nOTHER: OTHER', enum_type=NonAcceptanceGround, max_length=24)),
                ('notice', fields.TextField(unique=False)),
                ('decided_by', fields.ForeignKeyField('jiesu.Person', source_field='decided_by_id', db_index=True, db_constraint=True, to_field='id', related_name='non_acceptances', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'non_acceptances', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '不予受理: a statutory ground and the notice the citizen was given (Order 20 art. 15).'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='TransferOut',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='transfers', on_delete=OnDelete.RESTRICT)),
                ('receiving_body', fields.CharField(max_length=200)),
                ('notice', fields.TextField(unique=False)),
                ('transferred_by', fields.ForeignKeyField('jiesu.Person', source_field='transferred_by_id', db_index=True, db_constraint=True, to_field='id', related_name='transfers', on_delete=OnDelete.RESTRICT)),
                ('transferred_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'transfers_out', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '移送: which body outside the hotline has the matter now, and what the citizen was told of the way there.'},
            bases=['Table'],
        ),
        ops.AlterField(
            model_name='LedgerEntry',
            name='kind',
            field=fields.CharEnumField(description='RECEIVED: RECEIVED\nANSWERED: ANSWERED\nNOT_ACCEPTED: NOT_ACCEPTED\nTRANSFERRED_OUT: TRANSFERRED_OUT\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\nSUPERVISED: SUPERVISED\nTAGGED: TAGGED\nREGIME_ACTIVATED: REGIME_ACTIVATED\nORIGINAL_READ: ORIGINAL_READ\nSYNC_RESET: SYNC_RESET\nREMOVED: REMOVED\nHEARTBEAT: HEARTBEAT', enum_type=CaseEventKind, max_length=30),
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
