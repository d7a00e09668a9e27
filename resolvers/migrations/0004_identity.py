"""A caller who was looked up once is known until something changes about who is who: one mark, set anew by every change."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# What a look-up of a caller reads, and what of it can change. A new token, person or application is nobody's memory yet.
CHANGES = {
    "tokens": "UPDATE OR DELETE",
    "persons": "UPDATE OR DELETE",
    "applications": "UPDATE OR DELETE",
    "role_grants": "INSERT OR UPDATE OR DELETE",
    "offices": "UPDATE OF code OR DELETE",
}
TRIGGERS = "".join(
    f"CREATE CONSTRAINT TRIGGER identity_changed AFTER {events} ON {table} DEFERRABLE INITIALLY DEFERRED"
    f" FOR EACH ROW EXECUTE FUNCTION mark_identity();\n"
    f"CREATE TRIGGER identity_emptied AFTER TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION mark_identity();\n"
    for table, events in CHANGES.items()
)

# The mark is set once a transaction, at its very end: whoever changes something waits here for whoever commits just now,
# and for nobody else. It is set by the tables' owner whoever writes: nobody can change a grant and leave the mark.
FORWARD = f"""
CREATE TABLE identity_mark (
  single boolean PRIMARY KEY DEFAULT true CONSTRAINT identity_mark_is_one CHECK (single),
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
{"".join(f"DROP TRIGGER identity_changed ON {t}; DROP TRIGGER identity_emptied ON {t};" for t in CHANGES)}
DROP FUNCTION mark_identity;
DROP TABLE identity_mark;
"""


class Migration(migrations.Migration):
    dependencies = [("jiesu", "0003_open_cases")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
