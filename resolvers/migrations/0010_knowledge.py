"""The knowledge base: articles version by version."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from resolvers.terms.kinds import ArticleKind, ArticleStatus, CaseEventKind
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

FORWARD = """
ALTER TABLE knowledge_articles
  ADD CONSTRAINT article_begins_with_itself CHECK ((version = 1) = (article_id = id)),
  ADD CONSTRAINT article_version_positive CHECK (version > 0),
  ADD CONSTRAINT article_text_given CHECK (btrim(title) <> '' AND btrim(body) <> ''),
  ADD CONSTRAINT article_times_in_order CHECK (effective_until > effective_from),
  ADD CONSTRAINT article_decided_whole
    CHECK ((status = 'PENDING') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)),
  ADD CONSTRAINT article_rejected_with_reason CHECK (status <> 'REJECTED' OR decision_reason IS NOT NULL),
  ADD CONSTRAINT article_decided_by_another CHECK (decided_by_id <> written_by_id);
CREATE UNIQUE INDEX article_version ON knowledge_articles (article_id, version);
CREATE UNIQUE INDEX article_pending_once ON knowledge_articles (article_id) WHERE status = 'PENDING';
CREATE INDEX article_approved ON knowledge_articles (jurisdiction_id, effective_from, id) WHERE status = 'APPROVED';
CREATE INDEX article_written ON knowledge_articles (jurisdiction_id, written_at, id);
"""
BACKWARD = """
DROP INDEX article_written;
DROP INDEX article_approved;
DROP INDEX article_pending_once;
DROP INDEX article_version;
"""


class Migration(migrations.Migration):
    dependencies = [('jiesu', '0009_in_the_field')]

    initial = False

    operations = [
        ops.CreateModel(
            name='KnowledgeArticle',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('jurisdiction_id', fields.UUIDField()),
                ('article_id', fields.UUIDField()),
                ('version', fields.IntField()),
                ('office', fields.ForeignKeyField('jiesu.Office', source_field='office_id', db_index=True, db_constraint=True, to_field='id', related_name='knowledge_articles', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(description='ANSWER: ANSWER\nGUIDANCE: GUIDANCE\nANNOUNCEMENT: ANNOUNCEMENT\nREFERRAL: REFERRAL', enum_type=ArticleKind, max_length=12)),
                ('title', fields.CharField(max_length=200)),
                ('body', fields.TextField(unique=False)),
                ('source', fields.CharField(null=True, max_length=300)),
                ('category_codes', ArrayField(element_type='TEXT')),
                ('effective_from', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('effective_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('review_on', fields.DateField()),
                ('status', fields.CharEnumField(description='PENDING: PENDING\nAPPROVED: APPROVED\nREJECTED: REJECTED', enum_type=ArticleStatus, max_length=10)),
                ('written_by', fields.ForeignKeyField('jiesu.Person', source_field='written_by_id', db_index=True, db_constraint=True, to_field='id', related_name='written_articles', on_delete=OnDelete.RESTRICT)),
                ('written_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('jiesu.Person', source_field='decided_by_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='decided_articles', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decision_reason', fields.CharField(null=True, max_length=2000)),
            ],
            options={'table': 'knowledge_articles', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': 'One version of one article. What it says never changes; `article_id` is the id of the first version.'},
            bases=['Table'],
        ),
        ops.AlterField(
            model_name='LedgerEntry',
            name='kind',
            field=fields.CharEnumField(description='RECEIVED: RECEIVED\nANSWERED: ANSWERED\nNOT_ACCEPTED: NOT_ACCEPTED\nTRANSFERRED_OUT: TRANSFERRED_OUT\nVOIDED: VOIDED\nVOICEMAIL_CALLED: VOICEMAIL_CALLED\nVOICEMAIL_REGISTERED: VOICEMAIL_REGISTERED\nSPLIT: SPLIT\nMERGED: MERGED\nFOLLOWER_JOINED: FOLLOWER_JOINED\nODR_ENROLLED: ODR_ENROLLED\nODR_ROUTED: ODR_ROUTED\nODR_SETTLED: ODR_SETTLED\nODR_DECLINED: ODR_DECLINED\nODR_EXPIRED: ODR_EXPIRED\nSUSPENDED: SUSPENDED\nRESUMED: RESUMED\nFILING_SUBMITTED: FILING_SUBMITTED\nDOCUMENT_VERIFIED: DOCUMENT_VERIFIED\nFILED: FILED\nFILING_REJECTED: FILING_REJECTED\nTERMINATED: TERMINATED\nNOTICE_GIVEN: NOTICE_GIVEN\nREOPENED: REOPENED\nEXTENSION_WITHDRAWN: EXTENSION_WITHDRAWN\nEXTENSION_LAPSED: EXTENSION_LAPSED\nDEADLINE_BREACHED: DEADLINE_BREACHED\nREMINDED: REMINDED\nESCALATED: ESCALATED\nSUPERVISION_SUGGESTED: SUPERVISION_SUGGESTED\nSUPERVISION_ANSWERED: SUPERVISION_ANSWERED\nINSTRUCTED: INSTRUCTED\nMEETING_HELD: MEETING_HELD\nREGIME_ENDED: REGIME_ENDED\nARTICLE_SAVED: ARTICLE_SAVED\nARTICLE_APPROVED: ARTICLE_APPROVED\nARTICLE_REJECTED: ARTICLE_REJECTED\nCALENDAR_AMENDED: CALENDAR_AMENDED\nDEADLINE_RECOMPUTED: DEADLINE_RECOMPUTED\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nDISPUTE_RAISED: DISPUTE_RAISED\nDISPUTE_UPHELD: DISPUTE_UPHELD\nUNIT_DESIGNATED: UNIT_DESIGNATED\nRECUSED: RECUSED\nRECUSAL_LIFTED: RECUSAL_LIFTED\nLAB_RESULT_ADDED: LAB_RESULT_ADDED\nRECTIFICATION_CLOSED: RECTIFICATION_CLOSED\nPATROL_PLANNED: PATROL_PLANNED\nPATROL_CANCELLED: PATROL_CANCELLED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nCALLBACK_SIGNED: CALLBACK_SIGNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\n', enum_type=CaseEventKind, max_length=30),
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
