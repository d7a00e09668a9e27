"""The statements of `fill`: one a table, over a table of seeds that holds what the columns are made of.

Ids run upwards with the cases (`id` of table k and row n), since random ones make every index write slow. The newest
4 % are open, 2 % before them wait for the callback, the rest is over.
"""

from __future__ import annotations

OFFICES = """
CREATE TEMP TABLE bench_offices (place int, id uuid, division_code text, office_ids uuid[], handling_ids uuid[],
  inspectors uuid[]) ON COMMIT DROP"""

# An id of the table `k` and the row `n`, for one jurisdiction: version and variant bits as RFC 9562 has them.
_ID = "(lpad('{{code}}', 8, '0') || '-{k}-4000-8000-' || lpad(to_hex({n}), 12, '0'))::uuid"


def _id(k: str, n: str = "s.n") -> str:
    return _ID.format(k=k, n=n)


_PICK = "abs(hashint4extended({n}, {salt}) % {among})::int"


def _pick(salt: int, among: int) -> str:
    """A number below `among`, always the same for the same case."""
    return _PICK.format(n="g.n", salt=salt, among=among)


SEEDS = f"""
CREATE TEMP TABLE bench_seeds ON COMMIT DROP AS
SELECT g.n, {_id("00a0", "g.n")} AS case_id, g.famous, o.*, x.id AS category_id,
  g.received_at, g.received_at + interval '1 hour' AS dispatched_at,
  g.received_at + make_interval(days => 15 + g.days) AS due_at,
  CASE WHEN g.age >= 0.04 THEN g.received_at + make_interval(days => 3 + g.days) END AS closed_at,
  '{{code}}' || to_char(g.received_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD')
    || lpad((g.n % 1000000)::text, 6, '0') AS number,
  CASE WHEN g.famous THEN 'IN_PROGRESS' WHEN g.age >= 0.06 THEN (CASE WHEN g.n % 20 = 1 THEN 'TERMINATED' ELSE 'ARCHIVED' END)
    WHEN g.age >= 0.04 THEN 'CLOSED_AWAITING_CALLBACK'
    ELSE (ARRAY['RECORDED', 'DISPATCHED', 'IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS', 'IN_PROGRESS',
      'IN_PROGRESS', 'PENDING_SIGN_OFF', 'PENDING_SIGN_OFF'])[1 + {_pick(2, 10)}] END AS status,
  CASE WHEN NOT g.famous AND {_pick(3, 100)} < 5 THEN 'REPORT'
    ELSE (ARRAY['COMPLAINT', 'COMPLAINT', 'COMPLAINT', 'CONSULTATION', 'HELP_REQUEST'])[
      CASE WHEN g.famous THEN 1 ELSE 1 + {_pick(4, 5)} END] END AS kind,
  (ARRAY['PHONE', 'PHONE', 'PHONE', 'WEB', 'WECHAT', 'MAYOR_HOTLINE'])[1 + {_pick(5, 6)}] AS channel,
  (CASE {_pick(6, 100)} WHEN 0 THEN 'EMERGENCY' WHEN 1 THEN 'URGENT' WHEN 2 THEN 'URGENT' WHEN 3 THEN 'URGENT'
    WHEN 4 THEN 'URGENT' ELSE 'NORMAL' END) AS priority,
  NOT g.famous AND {_pick(7, 100)} < 5 AS confidential,
  {_pick(8, 100000000)} AS phone
FROM (
  SELECT n, n = {{famous}} AS famous, 1 - n / {{cases}}::float8 AS age, {_PICK.format(n="n", salt=9, among=46)} AS days,
    date_trunc('second', now()) - make_interval(secs => 157766400 * (1 - n / {{cases}}::float8)) AS received_at
  FROM generate_series({{first}}, {{last}}) n
) g
JOIN bench_offices o ON o.place = CASE WHEN g.famous THEN 1 ELSE {_pick(1, 60)} END
JOIN (SELECT id, row_number() OVER (ORDER BY code) - 1 AS place FROM categories) x
  ON x.place = {_pick(10, 25)}
ORDER BY g.n"""

_PARTIES = f"""
INSERT INTO parties (id, case_id, jurisdiction_id, name, phone, address, wants_confidentiality, contact_digest)
SELECT {_id("00b0")}, s.case_id, '{{top}}', (ARRAY['张三丰', '李四', '欧阳明', '王芳'])[1 + s.n % 4],
  '140' || lpad(s.phone::text, 8, '0'), '测算市测算区幸福路' || s.n % 500 || '号', s.confidential,
  repeat(md5(s.phone::text), 2)
FROM bench_seeds s"""

_RESPONDENTS = f"""
INSERT INTO respondents (id, jurisdiction_id, case_id, name)
SELECT {_id("00c0")}, '{{top}}', s.case_id, '测算第' || s.n % 3000 || '商店' FROM bench_seeds s"""

_CASES = f"""
INSERT INTO cases (id, number, version, jurisdiction_id, kind, channel, status, priority, title, description,
  title_redacted, description_redacted, tags, category_id, division_code, received_at, registered_at, updated_at,
  due_at, closed_at, round, lead_office_id, intake_office_id, registered_by, complainant_id, respondent_id,
  office_ids, handling_ids, assigned_ids)
SELECT s.case_id, s.number, CASE s.status WHEN 'RECORDED' THEN 1 WHEN 'DISPATCHED' THEN 2 ELSE 3 END, '{{top}}',
  s.kind, s.channel, s.status, s.priority, '张三丰反映商品价格问题' || s.n,
  '消费者张三丰反映, 在测算第' || s.n % 3000 || '商店购买的商品价格与标示不符, 请求核实并退还差价。',
  '〔已隐去〕反映商品价格问题' || s.n,
  '消费者〔已隐去〕反映, 在测算第' || s.n % 3000 || '商店购买的商品价格与标示不符, 请求核实并退还差价。',
  '{{{{}}}}', s.category_id, s.division_code, s.received_at, s.received_at, coalesce(s.closed_at, s.dispatched_at),
  s.due_at, s.closed_at, 1, CASE WHEN s.status <> 'RECORDED' THEN s.id END, '{{top}}', '{{agent}}',
  {_id("00b0")}, {_id("00c0")},
  CASE WHEN s.status <> 'RECORDED' THEN s.office_ids ELSE ARRAY['{{top}}'::uuid] END,
  CASE WHEN s.status <> 'RECORDED' THEN s.handling_ids ELSE '{{{{}}}}' END,
  CASE WHEN s.status <> 'RECORDED' THEN ARRAY[s.id] ELSE '{{{{}}}}' END
FROM bench_seeds s"""

_ROUNDS = f"""
INSERT INTO rounds (id, case_id, number, opened_at, closed_at, result_submitted_at, sent_back_count)
SELECT {_id("00d0")}, s.case_id, 1, s.received_at, s.closed_at, s.closed_at, 0 FROM bench_seeds s"""

_ASSIGNMENTS = f"""
INSERT INTO assignments (id, case_id, office_id, role, status, is_repeat, dispatched_at, dispatched_by, signed_for_at,
  signed_for_by)
SELECT {_id("00e0")}, s.case_id, s.id, 'LEAD', 'ACTIVE', false, s.dispatched_at, '{{dispatcher}}',
  CASE WHEN s.status <> 'DISPATCHED' THEN s.dispatched_at + interval '2 hours' END,
  CASE WHEN s.status <> 'DISPATCHED' THEN s.inspectors[1] END
FROM bench_seeds s WHERE s.status <> 'RECORDED'"""

_DEADLINES = f"""
INSERT INTO deadlines (id, case_id, round, kind, clock, amount, unit, calendar_version, calendar_mode, start_at, due_at,
  effective_due_at, met_at, provisional, basis_unconfirmed)
SELECT {_id("00f0", "s.n * 2 + d.place")}, s.case_id, 1, d.kind, 'SERVICE', d.amount, 'WORKING_DAY', 1, 'STATUTORY',
  s.received_at, d.due_at, d.due_at, d.met_at, false, false
FROM bench_seeds s CROSS JOIN LATERAL (VALUES
  (0, 'TRIAGE', 1, s.received_at + interval '1 day', CASE WHEN s.status <> 'RECORDED' THEN s.dispatched_at END),
  (1, 'CLOSE', 13, s.due_at, s.closed_at)) d (place, kind, amount, due_at, met_at)"""

# Three a case, ten for every fiftieth: what went before is counted, so that the chain's numbers have no gap.
_LEDGER = f"""
INSERT INTO ledger (id, jurisdiction_id, seq, kind, occurred_at, actor_id, case_id, case_version, urgent, audit_only,
  facts, previous_hash, hash)
SELECT {_id("0100", "s.n * 16 + e.i")}, '{{top}}', (s.n - 1) * 3 + (s.n - 1) / 50 * 7 + e.i,
  CASE WHEN s.status = 'RECORDED' AND e.i > 1 THEN 'TAGGED' ELSE
    (ARRAY['RECEIVED', 'DISPATCHED', 'SIGNED_FOR', 'INSPECTION_NOTE_ADDED', 'PHOTO_VERIFIED', 'INSPECTION_NOTE_ADDED',
    'PHOTO_VERIFIED', 'EXTENSION_REQUESTED', 'EXTENSION_APPROVED', 'SUPERVISED'])[e.i] END,
  s.received_at + make_interval(hours => e.i - 1), '{{dispatcher}}', s.case_id, e.i, s.priority <> 'NORMAL',
  false, '{{{{"round": 1}}}}', decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex')
FROM bench_seeds s CROSS JOIN LATERAL generate_series(1, CASE WHEN s.n % 50 = 0 THEN 10 ELSE 3 END) e(i)"""

_VISITED = "bench_seeds s CROSS JOIN LATERAL generate_series(0, CASE WHEN s.n % 50 = 0 THEN 4 ELSE 1 END) v(i)"
_WHERE_VISITED = "s.n % 5 = 0 AND s.status <> 'RECORDED'"
_NOTES = f"""
INSERT INTO inspection_notes (id, case_id, office_id, round, visit_type, findings, captured_at, received_at, latitude,
  longitude, accuracy, late_arrival, clock_skewed, recorded_by)
SELECT {_id("0110", "s.n * 8 + v.i")}, s.case_id, s.id, 1, CASE v.i WHEN 0 THEN 'FIRST' ELSE 'RECHECK' END,
  '现场检查, 价签与进货单据齐全, 第' || v.i + 1 || '次。', s.dispatched_at + make_interval(hours => 4 + v.i),
  s.dispatched_at + make_interval(hours => 4 + v.i, mins => 2), 46.5, 125.1, 12, false, false, s.inspectors[1]
FROM {_VISITED} WHERE {_WHERE_VISITED}"""

_INSPECTORS = f"""
INSERT INTO note_inspectors (id, note_id, person_id, ordinal)
SELECT {_id("0120", "s.n * 16 + v.i * 2 + p.i")}, {_id("0110", "s.n * 8 + v.i")}, s.inspectors[p.i + 1], p.i
FROM {_VISITED} CROSS JOIN generate_series(0, 1) p(i) WHERE {_WHERE_VISITED}"""

_PHOTOS = f"""
INSERT INTO photos (id, note_id, ordinal, sha256, byte_size, content_type, status, captured_at, declared_by, received_at)
SELECT {_id("0130", "s.n * 16 + v.i * 2 + p.i")}, {_id("0110", "s.n * 8 + v.i")}, p.i,
  repeat(md5(s.n || '-' || v.i || '-' || p.i), 2), 200000 + s.n % 100000, 'image/jpeg',
  CASE WHEN s.n % 7 = 0 THEN 'DECLARED' ELSE 'VERIFIED' END, s.dispatched_at + make_interval(hours => 4 + v.i),
  s.inspectors[1], CASE WHEN s.n % 7 <> 0 THEN s.dispatched_at + make_interval(hours => 5 + v.i) END
FROM {_VISITED} CROSS JOIN generate_series(0, 1) p(i) WHERE {_WHERE_VISITED}"""

# What slows inserts down and the caller may drop; foreign keys first, so that reversed they are made last.
HINDRANCES = """
WITH own AS (
  SELECT c.oid FROM pg_class c WHERE c.relname = ANY ('{parties,respondents,cases,rounds,assignments,deadlines,ledger,
    inspection_notes,note_inspectors,photos}') AND c.relnamespace = 'public'::regnamespace
    AND pg_has_role(c.relowner, 'USAGE'))
SELECT * FROM (
  SELECT 1 AS turn, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS dropped,
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) AS made
  FROM pg_constraint k JOIN own ON own.oid = k.conrelid WHERE k.contype = 'f'
  UNION ALL
  SELECT 2, format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
  FROM pg_index i JOIN own ON own.oid = i.indrelid
  WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
) found ORDER BY turn, dropped"""

TABLES = (
    _PARTIES,
    _RESPONDENTS,
    _CASES,
    _ROUNDS,
    _ASSIGNMENTS,
    _DEADLINES,
    _LEDGER,
    _NOTES,
    _INSPECTORS,
    _PHOTOS,
)
