"""Lists of what is still to be done cost what they show, however much lies in the archive: small indexes of open cases."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# As `statuses.OPEN` at the time of writing: a state that joins it needs these indexes anew.
OPEN = """status IN ('DISPATCHED', 'IN_PROGRESS', 'ODR_SETTLING', 'PENDING_DISPATCH', 'PENDING_FILING', 'PENDING_SIGN_OFF',
  'RECORDED', 'RETURN_REQUESTED', 'SUSPENDED', 'VOICEMAIL_PENDING')"""
CALLED = "status IN ('CALLBACK_REVIEW', 'CLOSED_AWAITING_CALLBACK')"
DUE = "(coalesce(due_at, timestamptz '9999-12-31 00:00:00+00'))"
HOLDER = "(coalesce(lead_office_id, intake_office_id))"

FORWARD = f"""
CREATE INDEX case_open_by_due ON cases (jurisdiction_id, {DUE}, id) WHERE {OPEN};
CREATE INDEX case_open_by_received ON cases (jurisdiction_id, received_at, id) WHERE {OPEN};
CREATE INDEX case_open_by_updated ON cases (jurisdiction_id, updated_at, id) WHERE {OPEN};
CREATE INDEX case_open_by_holder ON cases ({HOLDER}, {DUE}, id) WHERE {OPEN};
CREATE INDEX case_called_by_due ON cases (jurisdiction_id, {DUE}, id) WHERE {CALLED};
CREATE INDEX case_by_holder ON cases ({HOLDER}, received_at, id);
CREATE INDEX case_by_handling ON cases USING gin (handling_ids);
DROP INDEX case_by_lead;
"""

BACKWARD = f"""
CREATE INDEX case_by_lead ON cases (lead_office_id, status, {DUE}, id);
DROP INDEX case_open_by_due, case_open_by_received, case_open_by_updated, case_open_by_holder, case_called_by_due,
  case_by_holder, case_by_handling;
"""


class Migration(migrations.Migration):
    dependencies = [("jiesu", "0002_constraints")]

    operations = [ops.RunSQL(FORWARD, BACKWARD)]
