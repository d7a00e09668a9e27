"""SQL by hand, one statement a read. `{asked_0}` and on are the question's values, the scopes those of the caller."""

from __future__ import annotations

_OPEN = (
    "'VOICEMAIL_PENDING', 'RECORDED', 'PENDING_DISPATCH', 'DISPATCHED', 'IN_PROGRESS', 'SUSPENDED', 'RETURN_REQUESTED',"
    " 'ODR_SETTLING', 'PENDING_SIGN_OFF', 'PENDING_FILING'"
)

STATUS = ("DISPATCHED", "IN_PROGRESS", "PENDING_SIGN_OFF")
_DUE = "coalesce(c.due_at, timestamptz '9999-12-31 00:00:00+00')"

# Each office gives its first 51 in the order of `case_open_by_holder`; of these the page is cut, and only then joined.
# The states are written, or the planner would not know that the index of open cases serves.
INBOX = f"""
WITH page AS MATERIALIZED (
  SELECT l.id, l.due_sort FROM offices z JOIN offices y ON y.path ^@ z.path CROSS JOIN LATERAL (
    SELECT c.id, {_DUE} AS due_sort FROM cases c
    WHERE coalesce(c.lead_office_id, c.intake_office_id) = y.id AND c.status IN {STATUS} AND {{case_scope}}
    ORDER BY {_DUE}, c.id LIMIT 51) l
  WHERE z.code = {{asked_0}} AND z.jurisdiction_id = {{jurisdiction_id}}
  ORDER BY l.due_sort, l.id LIMIT 51
)
SELECT c.id, c.number, c.title, c.title_redacted, c.kind, c.channel, c.status, c.priority,
  c.priority <> 'NORMAL' AS is_urgent, c.received_at, c.due_at,
  c.status IN ({_OPEN}) AND c.due_at IS NOT NULL AND c.due_at < {{now}} AS is_overdue, c.version, o.name AS office,
  k.name AS category_name, coalesce(c.registered_by = {{actor_id}}, false) AS own_intake,
  c.handling_ids && {{unit_offices}} AS in_own_unit, coalesce(p.wants_confidentiality, false) AS wants_confidentiality,
  g.due_sort
FROM page g JOIN cases c ON c.id = g.id LEFT JOIN offices o ON o.id = c.lead_office_id AND {{office_scope}}
LEFT JOIN categories k ON k.id = c.category_id LEFT JOIN parties p ON p.id = c.complainant_id
ORDER BY g.due_sort, g.id"""

DETAIL = """
SELECT c.id, c.number, c.title, c.title_redacted, c.description, c.description_redacted, c.status, c.priority, c.kind,
  c.channel, c.due_at, c.version, c.round, o.name AS office, k.name AS category_name, p.id AS party_id,
  p.name AS party_name, p.phone, r.name AS respondent,
  coalesce(p.wants_confidentiality, false) AS wants_confidentiality,
  coalesce(c.registered_by = {actor_id}, false) AS own_intake, c.handling_ids && {unit_offices} AS in_own_unit,
  c.assigned_ids && {unit_offices} AS in_assigned_unit,
  c.status = 'CLOSED_AWAITING_CALLBACK' AND NOT c.assigned_ids && {own_units} AS callback_open,
  ARRAY(SELECT (e.kind, e.occurred_at, e.case_version, e.seq, e.id) FROM ledger e
    WHERE e.case_id = c.id AND e.jurisdiction_id = {jurisdiction_id} AND {audit} ORDER BY e.seq, e.id LIMIT 11) AS events,
  ARRAY(SELECT (n.captured_at, n.visit_type, n.findings, w.name,
      ARRAY(SELECT (f.sha256, f.status, f.id) FROM photos f WHERE f.note_id = n.id AND {photo_scope} ORDER BY f.ordinal))
    FROM inspection_notes n LEFT JOIN offices w ON w.id = n.office_id AND {note_office_scope}
    WHERE n.case_id = c.id ORDER BY n.captured_at, n.id LIMIT 5) AS notes
FROM cases c LEFT JOIN offices o ON o.id = c.lead_office_id AND {office_scope}
LEFT JOIN categories k ON k.id = c.category_id
LEFT JOIN parties p ON p.id = c.complainant_id AND p.case_id = c.id
LEFT JOIN respondents r ON r.id = c.respondent_id AND r.case_id = c.id
WHERE {case_scope} AND c.number = {asked_0}"""

ONE = "SELECT c.number, c.status, c.version FROM cases c WHERE {case_scope} AND c.number = {asked_0}"
