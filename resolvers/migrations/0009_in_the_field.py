"""In the field: what an inspection holds, laboratory results, rectifications, patrols; what a photo says of itself."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from resolvers.terms.kinds import CheckResult, CopyStatus, LabResult, MeasureKind, PatrolStatus, RapidResult, RectificationKind, SignatureKind
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

FORWARD = """
ALTER TABLE inspection_notes
  ADD CONSTRAINT note_refusal_whole
    CHECK ((coalesce(signature, '') = 'REFUSED') = (refusal_reason IS NOT NULL)
      AND (coalesce(signature, '') = 'REFUSED') = (witness IS NOT NULL)),
  ADD CONSTRAINT note_window_whole CHECK ((window_from IS NULL) = (window_through IS NULL)),
  ADD CONSTRAINT note_window_in_order CHECK (window_through >= window_from),
  ADD CONSTRAINT note_reply_whole CHECK ((phone_reply IS NULL) = (phone_replied_at IS NULL)),
  ADD CONSTRAINT note_distance_not_negative CHECK (distance >= 0);
CREATE UNIQUE INDEX check_item_in_order ON check_items (note_id, ordinal);
CREATE UNIQUE INDEX sample_in_order ON samples (note_id, ordinal);
CREATE UNIQUE INDEX rapid_test_in_order ON rapid_tests (note_id, ordinal);
CREATE UNIQUE INDEX measure_in_order ON measures (note_id, ordinal);
CREATE UNIQUE INDEX rectification_in_order ON rectifications (note_id, ordinal);
ALTER TABLE lab_tests ADD CONSTRAINT lab_test_of_one_thing CHECK ((rapid_test_id IS NULL) <> (sample_id IS NULL));
ALTER TABLE rectifications
  ADD CONSTRAINT rectification_requirement_given CHECK (btrim(requirement) <> ''),
  ADD CONSTRAINT rectification_dated CHECK ((kind = 'ORDER') = (due_at IS NOT NULL));
ALTER TABLE patrols
  ADD CONSTRAINT patrol_reason_given CHECK (btrim(reason) <> ''),
  ADD CONSTRAINT patrol_ended_whole CHECK ((status = 'PLANNED') = (ended_at IS NULL)),
  ADD CONSTRAINT patrol_cancelled_with_reason CHECK ((status = 'CANCELLED') = (cancel_reason IS NOT NULL));
CREATE INDEX rectification_open ON rectifications (office_id, due_at) WHERE closed_at IS NULL;
CREATE INDEX patrol_open ON patrols (office_id, due_at) WHERE status = 'PLANNED';
CREATE VIEW tasks AS
SELECT a.id, 'INSPECTION'::varchar AS kind, a.case_id, a.office_id, NULL::uuid AS rectification_id,
  NULL::uuid AS patrol_id, c.due_at, c.latitude, c.longitude
FROM assignments a JOIN cases c ON c.id = a.case_id
WHERE a.status = 'ACTIVE' AND c.status IN ('DISPATCHED', 'IN_PROGRESS')
  AND NOT EXISTS (SELECT 1 FROM inspection_notes n WHERE n.case_id = c.id AND n.round = c.round)
UNION ALL
SELECT r.id, 'RECHECK', r.case_id, r.office_id, r.id, NULL, r.due_at, c.latitude, c.longitude
FROM rectifications r JOIN cases c ON c.id = r.case_id
WHERE r.kind = 'ORDER' AND r.closed_at IS NULL
UNION ALL
SELECT p.id, 'PATROL', p.case_id, p.office_id, NULL, p.id, p.due_at, c.latitude, c.longitude
FROM patrols p JOIN cases c ON c.id = p.case_id
WHERE p.status = 'PLANNED';
CREATE UNIQUE INDEX photo_likeness_once ON photo_likenesses (photo_id, earlier_id);
ALTER TABLE photo_likenesses
  ADD CONSTRAINT likeness_of_two CHECK (photo_id <> earlier_id),
  ADD CONSTRAINT likeness_in_bits CHECK (distance BETWEEN 0 AND 64);
ALTER TABLE photos ADD CONSTRAINT photo_copied_whole CHECK ((copies = 'PENDING') = (copied_at IS NULL));
CREATE INDEX respondent_by_name ON respondents (jurisdiction_id, name);
CREATE INDEX respondent_by_uscc ON respondents (jurisdiction_id, uscc) WHERE uscc IS NOT NULL;
CREATE INDEX note_by_patrol ON inspection_notes (patrol_id);
CREATE INDEX note_by_rechecked ON inspection_notes (rechecks_id);
CREATE INDEX note_by_recorder ON inspection_notes (recorded_by, received_at);
CREATE INDEX photo_by_digest ON photos (sha256);
CREATE INDEX filing_by_digest ON filing_reports (sha256);
CREATE INDEX photo_to_copy ON photos (received_at) WHERE copies = 'PENDING' AND status = 'VERIFIED';
CREATE INDEX photo_band_0 ON photos (((likeness >> 0) & 65535)) WHERE likeness IS NOT NULL;
CREATE INDEX photo_band_1 ON photos (((likeness >> 16) & 65535)) WHERE likeness IS NOT NULL;
CREATE INDEX photo_band_2 ON photos (((likeness >> 32) & 65535)) WHERE likeness IS NOT NULL;
CREATE INDEX photo_band_3 ON photos (((likeness >> 48) & 65535)) WHERE likeness IS NOT NULL;
"""

BACKWARD = """
DROP VIEW tasks;
DROP INDEX photo_band_0;
DROP INDEX photo_band_1;
DROP INDEX photo_band_2;
DROP INDEX photo_band_3;
DROP INDEX photo_to_copy;
DROP INDEX respondent_by_uscc;
DROP INDEX respondent_by_name;
DROP INDEX filing_by_digest;
DROP INDEX photo_by_digest;
DROP INDEX note_by_recorder;
DROP INDEX note_by_rechecked;
DROP INDEX note_by_patrol;
ALTER TABLE photos DROP CONSTRAINT photo_copied_whole;
ALTER TABLE inspection_notes DROP CONSTRAINT note_refusal_whole, DROP CONSTRAINT note_window_whole,
  DROP CONSTRAINT note_window_in_order, DROP CONSTRAINT note_reply_whole, DROP CONSTRAINT note_distance_not_negative;
"""


class Migration(migrations.Migration):
    dependencies = [('jiesu', '0008_recusals_and_disputes')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CheckList',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('code', fields.CharField(unique=True, max_length=40)),
                ('name', fields.CharField(max_length=100)),
                ('version', fields.IntField()),
                ('basis', fields.CharField(max_length=200)),
                ('category_codes', ArrayField(element_type='TEXT')),
                ('items', ArrayField(element_type='TEXT')),
            ],
            options={'table': 'check_lists', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': 'One list for all jurisdictions. `category_codes`: first digits of the categories it is meant for, none: any case.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='CheckItem',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('note', fields.ForeignKeyField('jiesu.InspectionNote', source_field='note_id', db_index=True, db_constraint=True, to_field='id', related_name='check_items', on_delete=OnDelete.RESTRICT)),
                ('ordinal', fields.IntField()),
                ('item', fields.CharField(max_length=200)),
                ('result', fields.CharEnumField(description='PASS: PASS\nFAIL: FAIL\nNOT_APPLICABLE: NOT_APPLICABLE', enum_type=CheckResult, max_length=16)),
                ('remark', fields.CharField(null=True, max_length=2000)),
            ],
            options={'table': 'check_items', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '检查项: one line of the check list.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Measure',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('note', fields.ForeignKeyField('jiesu.InspectionNote', source_field='note_id', db_index=True, db_constraint=True, to_field='id', related_name='measures', on_delete=OnDelete.RESTRICT)),
                ('ordinal', fields.IntField()),
                ('kind', fields.CharEnumField(description='INTERVIEW: INTERVIEW\nSEIZURE: SEIZURE\nCLEARANCE: CLEARANCE', enum_type=MeasureKind, max_length=12)),
                ('subject', fields.CharField(max_length=200)),
                ('record', fields.TextField(unique=False)),
            ],
            options={'table': 'measures', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '现场措施: an interview, a seizure, a clearance; `subject` says of whom or what.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Patrol',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='patrols', on_delete=OnDelete.RESTRICT)),
                ('office', fields.ForeignKeyField('jiesu.Office', source_field='office_id', db_index=True, db_constraint=True, to_field='id', related_name='patrols', on_delete=OnDelete.RESTRICT)),
                ('status', fields.CharEnumField(description='PLANNED: PLANNED\nDONE: DONE\nCANCELLED: CANCELLED', enum_type=PatrolStatus, max_length=10)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('reason', fields.TextField(unique=False)),
                ('planned_by', fields.ForeignKeyField('jiesu.Person', source_field='planned_by_id', db_index=True, db_constraint=True, to_field='id', related_name='patrols', on_delete=OnDelete.RESTRICT)),
                ('planned_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('cancel_reason', fields.CharField(null=True, max_length=2000)),
            ],
            options={'table': 'patrols', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '回头看: an unscheduled visit that is planned after closure, lest it begin again (FT-9).'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='PhotoLikeness',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('photo', fields.ForeignKeyField('jiesu.Photo', source_field='photo_id', db_index=True, db_constraint=True, to_field='id', related_name='likenesses', on_delete=OnDelete.RESTRICT)),
                ('earlier', fields.ForeignKeyField('jiesu.Photo', source_field='earlier_id', db_index=True, db_constraint=True, to_field='id', related_name='resembled_by', on_delete=OnDelete.RESTRICT)),
                ('distance', fields.IntField()),
            ],
            options={'table': 'photo_likenesses', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '近似照片: two photos that look alike, kept with the later of the two; in how many of 64 bits they differ.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='RapidTest',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('note', fields.ForeignKeyField('jiesu.InspectionNote', source_field='note_id', db_index=True, db_constraint=True, to_field='id', related_name='rapid_tests', on_delete=OnDelete.RESTRICT)),
                ('ordinal', fields.IntField()),
                ('item', fields.CharField(max_length=200)),
                ('method', fields.CharField(max_length=200)),
                ('kit_batch', fields.CharField(max_length=100)),
                ('result', fields.CharEnumField(description='NOT_DETECTED: NOT_DETECTED\nSUSPECTED: SUSPECTED\nINVALID: INVALID', enum_type=RapidResult, max_length=14)),
                ('retest_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'rapid_tests', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '快检: a quick test on the spot; a suspected failure goes to a laboratory (Food Safety Law art. 87, 112).'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Rectification',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('note', fields.ForeignKeyField('jiesu.InspectionNote', source_field='note_id', db_index=True, db_constraint=True, to_field='id', related_name='rectifications', on_delete=OnDelete.RESTRICT)),
                ('case', fields.ForeignKeyField('jiesu.Case', source_field='case_id', db_index=True, db_constraint=True, to_field='id', related_name='rectifications', on_delete=OnDelete.RESTRICT)),
                ('office', fields.ForeignKeyField('jiesu.Office', source_field='office_id', db_index=True, db_constraint=True, to_field='id', related_name='rectifications', on_delete=OnDelete.RESTRICT)),
                ('ordinal', fields.IntField()),
                ('kind', fields.CharEnumField(description='ON_SPOT: ON_SPOT\nORDER: ORDER', enum_type=RectificationKind, max_length=8)),
                ('requirement', fields.TextField(unique=False)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'rectifications', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '责令改正: what has to be put right, on the spot or by a day; `closed_at` when a recheck found it so.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='Sample',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('note', fields.ForeignKeyField('jiesu.InspectionNote', source_field='note_id', db_index=True, db_constraint=True, to_field='id', related_name='samples', on_delete=OnDelete.RESTRICT)),
                ('ordinal', fields.IntField()),
                ('product', fields.CharField(max_length=200)),
                ('batch', fields.CharField(null=True, max_length=100)),
                ('quantity', fields.CharField(max_length=60)),
            ],
            options={'table': 'samples', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': '抽样: goods taken along to be tested.'},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='LabTest',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('note', fields.ForeignKeyField('jiesu.InspectionNote', source_field='note_id', db_index=True, db_constraint=True, to_field='id', related_name='lab_tests', on_delete=OnDelete.RESTRICT)),
                ('rapid_test', fields.ForeignKeyField('jiesu.RapidTest', source_field='rapid_test_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='lab_tests', on_delete=OnDelete.RESTRICT)),
                ('sample', fields.ForeignKeyField('jiesu.Sample', source_field='sample_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='lab_tests', on_delete=OnDelete.RESTRICT)),
                ('laboratory', fields.CharField(max_length=200)),
                ('report_number', fields.CharField(max_length=100)),
                ('result', fields.CharEnumField(description='CONFORMING: CONFORMING\nNON_CONFORMING: NON_CONFORMING', enum_type=LabResult, max_length=16)),
                ('reported_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('recorded_by', fields.ForeignKeyField('jiesu.Person', source_field='recorded_by_id', db_index=True, db_constraint=True, to_field='id', related_name='lab_tests', on_delete=OnDelete.RESTRICT)),
                ('recorded_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'lab_tests', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': "检验: a statutory laboratory's answer about a rapid test, or about a sample."},
            bases=['Table'],
        ),
        ops.CreateModel(
            name='UploadLease',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('upload_id', fields.UUIDField(unique=True)),
                ('holder', fields.UUIDField()),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'upload_leases', 'app': 'jiesu', 'pk_attr': 'id', 'table_description': 'Who writes to an unfinished upload just now: one at a time (tus).'},
            bases=['Table'],
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='clock_skew',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='credentials_shown',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='distance',
            field=fields.FloatField(null=True),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='mocked',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='participants',
            field=ArrayField(default=list, db_default=[], element_type='TEXT'),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='patrol',
            field=fields.ForeignKeyField('jiesu.Patrol', source_field='patrol_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='notes', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='phone_replied_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='phone_reply',
            field=fields.TextField(null=True, unique=False),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='rechecks',
            field=fields.ForeignKeyField('jiesu.Rectification', source_field='rechecks_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='rechecked_by', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='refusal_reason',
            field=fields.CharField(null=True, max_length=2000),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='signature',
            field=fields.CharEnumField(null=True, description='SIGNED: SIGNED\nSTAMPED: STAMPED\nREFUSED: REFUSED', enum_type=SignatureKind, max_length=10),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='task_order',
            field=fields.CharField(null=True, max_length=60),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='window_from',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='window_through',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='InspectionNote',
            name='witness',
            field=fields.CharField(null=True, max_length=100),
        ),
        ops.AddField(
            model_name='Photo',
            name='copied_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Photo',
            name='copies',
            field=fields.CharEnumField(default=CopyStatus.PENDING, description='PENDING: PENDING\nMADE: MADE\nFAILED: FAILED', db_default=CopyStatus.PENDING, enum_type=CopyStatus, max_length=8),
        ),
        ops.AddField(
            model_name='Photo',
            name='exif_device',
            field=fields.CharField(null=True, max_length=120),
        ),
        ops.AddField(
            model_name='Photo',
            name='exif_latitude',
            field=fields.FloatField(null=True),
        ),
        ops.AddField(
            model_name='Photo',
            name='exif_longitude',
            field=fields.FloatField(null=True),
        ),
        ops.AddField(
            model_name='Photo',
            name='exif_taken_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Photo',
            name='height',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='Photo',
            name='likeness',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Photo',
            name='width',
            field=fields.IntField(null=True),
        ),
        ops.RunSQL(FORWARD, BACKWARD),
    ]
