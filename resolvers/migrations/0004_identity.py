"""A caller who was looked up once is known until something changes about who is who: one mark, set anew by every change."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# What a look-up of a caller reads, and what of it can change. A new token, person or application is nobody's memory yet.
CHANGES = {
    "tokens": "UPDATE OR DELETE OR TRUNCATE",
    "persons": "UPDATE OR DELETE OR TRUNCATE",
    "applications": "UPDATE OR DELETE OR TRUNCATE",
    "role_grants": "INSERT OR UPDATE OR DELETE OR TRUNCATE",
    "offices": "UPDATE OR DELETE OR TRUNCATE",
}
TRIGGERS = "".join(
    f"CREATE TRIGGER identity_changed AFTER {events} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION mark_identity();\n"
    for table, events in CHANGES.items()
)

# Whoever changes something waits here for whoever changed before him, so the mark is set once a transaction.
# It is set by the tables' owner whoever writes: nobody can change a grant and leave the mark.
FORWARD = f"""
CREATE TABLE identity_mark (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  mark uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO identity_mark DEFAULT VALUES;
CREATE FUNCTION mark_identity() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE identity_mark SET mark = gen_random_uuid() WHERE xmin <> pg_current_xact_id()::xid;
  RETURN NULL;
END $$;
{TRIGGERS}"""

BACKWARD = f"""
{"".join(f"DROP TRIGGER identity_changed ON {table};" for table in CHANGES)}
DROP FUNCTION mark_identity;
DROP TABLE identity_mark;
"""


class Migration(migrations.Migration):
    dependencies = [("jiesu", "0003_open_cases")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
