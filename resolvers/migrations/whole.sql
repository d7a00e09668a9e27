CREATE TABLE "applications" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "login" VARCHAR(60) NOT NULL UNIQUE,
    "name" VARCHAR(100) NOT NULL,
    "jurisdiction_id" UUID NOT NULL,
    "scopes" JSONB NOT NULL,
    "active" BOOL NOT NULL
);
CREATE INDEX "idx_application_jurisdi_f0d729" ON "applications" ("jurisdiction_id");
COMMENT ON TABLE "applications" IS '第三方应用: calls with a token of its own, within its scopes (names of permissions).';

CREATE TABLE "calendar_days" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "date" DATE NOT NULL,
    "version" INT NOT NULL,
    "day_type" VARCHAR(20) NOT NULL,
    "name" VARCHAR(100) NOT NULL,
    "provisional" BOOL NOT NULL,
    CONSTRAINT "uid_calendar_da_date_90e030" UNIQUE ("date", "version")
);
COMMENT ON TABLE "calendar_days" IS 'One day of one version of the working calendar. The highest version of a year counts.';

CREATE TABLE "categories" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "code" VARCHAR(6) NOT NULL UNIQUE,
    "name" VARCHAR(60) NOT NULL
);
COMMENT ON TABLE "categories" IS '诉求类别: six digits in pairs (GB/T 39666) and a name.';

CREATE TABLE "deadline_policies" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "version" INT NOT NULL,
    "regime" VARCHAR(20),
    "case_kind" VARCHAR(20),
    "channel" VARCHAR(20),
    "deadline_kind" VARCHAR(20) NOT NULL,
    "clock" VARCHAR(12) NOT NULL,
    "amount" INT NOT NULL,
    "unit" VARCHAR(12) NOT NULL,
    "legal_basis" VARCHAR(200) NOT NULL,
    "confirmed" BOOL NOT NULL,
    "effective_from" DATE NOT NULL,
    "effective_to" DATE
);
COMMENT ON COLUMN "deadline_policies"."deadline_kind" IS 'TRIAGE: TRIAGE\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT';
COMMENT ON COLUMN "deadline_policies"."clock" IS 'SERVICE: SERVICE\nSTATUTORY: STATUTORY';
COMMENT ON COLUMN "deadline_policies"."unit" IS 'WORKING_DAY: WORKING_DAY\nCALENDAR_DAY: CALENDAR_DAY\nHOUR: HOUR';
COMMENT ON TABLE "deadline_policies" IS 'A limit in force from a day to a day, with its legal basis. Null scope columns mean: any.';

CREATE TABLE "idempotency_keys" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "key" UUID NOT NULL,
    "actor_id" UUID NOT NULL,
    "operation" VARCHAR(40) NOT NULL,
    "fingerprint" VARCHAR(64) NOT NULL,
    "outcome" JSONB,
    "created_at" TIMESTAMPTZ NOT NULL,
    CONSTRAINT "uid_idempotency_actor_i_070157" UNIQUE ("actor_id", "key")
);
COMMENT ON TABLE "idempotency_keys" IS 'A key a client made, what it was used for, and the outcome to answer again. Kept 30 days.';

CREATE TABLE "ledger" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "jurisdiction_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "kind" VARCHAR(30) NOT NULL,
    "occurred_at" TIMESTAMPTZ NOT NULL,
    "actor_id" UUID,
    "case_id" UUID,
    "case_version" INT,
    "urgent" BOOL NOT NULL,
    "audit_only" BOOL NOT NULL,
    "facts" JSONB NOT NULL,
    "previous_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,
    CONSTRAINT "uid_ledger_jurisdi_78bc95" UNIQUE ("jurisdiction_id", "seq")
);
COMMENT ON COLUMN "ledger"."kind" IS 'RECEIVED: RECEIVED\nANSWERED: ANSWERED\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\nSUPERVISED: SUPERVISED\nTAGGED: TAGGED\nREGIME_ACTIVATED: REGIME_ACTIVATED\nORIGINAL_READ: ORIGINAL_READ\nSYNC_RESET: SYNC_RESET\nREMOVED: REMOVED\nHEARTBEAT: HEARTBEAT';
COMMENT ON TABLE "ledger" IS 'One fact. `seq` has no gap within a jurisdiction; `hash` covers the entry and the one before it.';

CREATE TABLE "offices" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "code" VARCHAR(40) NOT NULL UNIQUE,
    "name" VARCHAR(100) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "division_code" VARCHAR(12) NOT NULL,
    "path" VARCHAR(400) NOT NULL,
    "jurisdiction_id" UUID NOT NULL,
    "parent_id" UUID REFERENCES "offices" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_offices_jurisdi_c73e2e" ON "offices" ("jurisdiction_id");
CREATE INDEX "idx_offices_parent__7cc654" ON "offices" ("parent_id");
COMMENT ON COLUMN "offices"."kind" IS 'CITY_BUREAU: CITY_BUREAU\nCOUNTY_BUREAU: COUNTY_BUREAU\nSECTION: SECTION\nINSTITUTE: INSTITUTE\nTEAM: TEAM\nINSPECTORATE: INSPECTORATE\nSTREET_TOWNSHIP: STREET_TOWNSHIP\nEXTERNAL_DEPT: EXTERNAL_DEPT';
COMMENT ON TABLE "offices" IS '`path` is `/code/code/` from the root down, so a subtree is a prefix. The root''s jurisdiction is itself.';

CREATE TABLE "parties" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "case_id" UUID NOT NULL UNIQUE,
    "jurisdiction_id" UUID NOT NULL,
    "name" VARCHAR(100),
    "phone" VARCHAR(40),
    "address" VARCHAR(300),
    "wants_confidentiality" BOOL NOT NULL,
    "contact_digest" VARCHAR(64)
);
CREATE INDEX "idx_parties_contact_46d17e" ON "parties" ("contact_digest");
COMMENT ON TABLE "parties" IS '诉求人 or 举报人 of one case. `contact_digest` recognises a repeat without reading the phone.';

CREATE TABLE "persons" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "login" VARCHAR(60) NOT NULL UNIQUE,
    "name" VARCHAR(60) NOT NULL,
    "password_hash" VARCHAR(200),
    "jurisdiction_id" UUID NOT NULL,
    "active" BOOL NOT NULL,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_persons_jurisdi_64a1cd" ON "persons" ("jurisdiction_id");
CREATE INDEX "idx_persons_office__e792d0" ON "persons" ("office_id");
COMMENT ON TABLE "persons" IS 'One member of staff. `password_hash` is argon2; null means: cannot sign in with a password.';

CREATE TABLE "regimes" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "jurisdiction_id" UUID NOT NULL,
    "name" VARCHAR(100) NOT NULL,
    "tag" VARCHAR(40) NOT NULL,
    "policy" VARCHAR(20) NOT NULL,
    "basis" VARCHAR(300) NOT NULL,
    "calendar_mode" VARCHAR(12) NOT NULL,
    "started_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "activated_by" UUID
);
COMMENT ON COLUMN "regimes"."calendar_mode" IS 'STATUTORY: STATUTORY\nDUTY: DUTY';
COMMENT ON TABLE "regimes" IS '应急机制: an emergency regime of one jurisdiction, with its tag and administrative basis (JMS-6, ZZ-19).';

CREATE TABLE "respondents" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "jurisdiction_id" UUID NOT NULL,
    "case_id" UUID NOT NULL UNIQUE,
    "name" VARCHAR(200) NOT NULL,
    "uscc" VARCHAR(18),
    "address" VARCHAR(300)
);
COMMENT ON TABLE "respondents" IS '被投诉(举报)人: the trader, as named at intake. `uscc` 统一社会信用代码 (GB 32100) may be unknown.';

CREATE TABLE "cases" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "number" VARCHAR(32) NOT NULL UNIQUE,
    "version" INT NOT NULL,
    "jurisdiction_id" UUID NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "channel" VARCHAR(20) NOT NULL,
    "status" VARCHAR(30) NOT NULL,
    "priority" VARCHAR(12) NOT NULL,
    "title" VARCHAR(200) NOT NULL,
    "description" TEXT NOT NULL,
    "title_redacted" VARCHAR(400) NOT NULL,
    "description_redacted" TEXT NOT NULL,
    "tags" TEXT[] NOT NULL,
    "division_code" VARCHAR(12) NOT NULL,
    "place_text" VARCHAR(300),
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    "received_at" TIMESTAMPTZ NOT NULL,
    "registered_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "due_at" TIMESTAMPTZ,
    "closed_at" TIMESTAMPTZ,
    "round" INT NOT NULL,
    "registered_by" UUID,
    "recovered_loss" DECIMAL(14,2),
    "regime_id" UUID,
    "repeat_of_id" UUID,
    "answer" TEXT,
    "office_ids" UUID[] NOT NULL,
    "handling_ids" UUID[] NOT NULL,
    "assigned_ids" UUID[] NOT NULL,
    "category_id" UUID REFERENCES "categories" ("id") ON DELETE RESTRICT,
    "complainant_id" UUID REFERENCES "parties" ("id") ON DELETE RESTRICT,
    "intake_office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "lead_office_id" UUID REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "respondent_id" UUID REFERENCES "respondents" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_cases_categor_2b5443" ON "cases" ("category_id");
CREATE INDEX "idx_cases_complai_7635c0" ON "cases" ("complainant_id");
CREATE INDEX "idx_cases_intake__dd8b4b" ON "cases" ("intake_office_id");
CREATE INDEX "idx_cases_lead_of_95693c" ON "cases" ("lead_office_id");
CREATE INDEX "idx_cases_respond_878a1c" ON "cases" ("respondent_id");
COMMENT ON COLUMN "cases"."kind" IS 'COMPLAINT: COMPLAINT\nREPORT: REPORT\nCONSULTATION: CONSULTATION\nHELP_REQUEST: HELP_REQUEST\nSUGGESTION: SUGGESTION';
COMMENT ON COLUMN "cases"."channel" IS 'PHONE: PHONE\nVOICEMAIL: VOICEMAIL\nWEB: WEB\nWECHAT: WECHAT\nEMAIL: EMAIL\nLETTER: LETTER\nVISIT: VISIT\nSMS: SMS\nMAYOR_HOTLINE: MAYOR_HOTLINE\nODR: ODR\nSTATION: STATION';
COMMENT ON COLUMN "cases"."status" IS 'VOICEMAIL_PENDING: VOICEMAIL_PENDING\nRECORDED: RECORDED\nPENDING_DISPATCH: PENDING_DISPATCH\nDISPATCHED: DISPATCHED\nIN_PROGRESS: IN_PROGRESS\nSUSPENDED: SUSPENDED\nRETURN_REQUESTED: RETURN_REQUESTED\nODR_SETTLING: ODR_SETTLING\nPENDING_SIGN_OFF: PENDING_SIGN_OFF\nPENDING_FILING: PENDING_FILING\nCLOSED_AWAITING_CALLBACK: CLOSED_AWAITING_CALLBACK\nCALLBACK_REVIEW: CALLBACK_REVIEW\nARCHIVED: ARCHIVED\nANSWERED: ANSWERED\nNOT_ACCEPTED: NOT_ACCEPTED\nTRANSFERRED_OUT: TRANSFERRED_OUT\nMERGED: MERGED\nTERMINATED: TERMINATED\nFILED: FILED\nVOID: VOID';
COMMENT ON COLUMN "cases"."priority" IS 'EMERGENCY: EMERGENCY\nURGENT: URGENT\nNORMAL: NORMAL';
COMMENT ON TABLE "cases" IS 'The row behind a case. `office_ids`: every office with a part in it, with its ancestors;';

CREATE TABLE "approvals" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "jurisdiction_id" UUID NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "subject_id" UUID NOT NULL,
    "office_id" UUID NOT NULL,
    "barred_ids" UUID[] NOT NULL,
    "requested_by_id" UUID,
    "requested_at" TIMESTAMPTZ NOT NULL,
    "decided_by_id" UUID,
    "decided_at" TIMESTAMPTZ,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_approvals_case_id_cb3f11" ON "approvals" ("case_id");
COMMENT ON COLUMN "approvals"."kind" IS 'SIGN_OFF: SIGN_OFF\nEXTENSION: EXTENSION\nCALLBACK_REVIEW: CALLBACK_REVIEW';
COMMENT ON TABLE "approvals" IS 'One matter waiting for a decision. `barred_ids`: persons whose own work it is (two-person rule).';

CREATE TABLE "assignments" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "role" VARCHAR(8) NOT NULL,
    "status" VARCHAR(12) NOT NULL,
    "is_repeat" BOOL NOT NULL,
    "dispatched_at" TIMESTAMPTZ NOT NULL,
    "dispatched_by" UUID,
    "signed_for_at" TIMESTAMPTZ,
    "signed_for_by" UUID,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_assignments_case_id_0f4b1a" ON "assignments" ("case_id");
CREATE INDEX "idx_assignments_office__11cda3" ON "assignments" ("office_id");
COMMENT ON COLUMN "assignments"."role" IS 'LEAD: LEAD\nCO: CO';
COMMENT ON COLUMN "assignments"."status" IS 'ACTIVE: ACTIVE\nRETURNED: RETURNED';
COMMENT ON TABLE "assignments" IS '派单: the case as dispatched to one office.';

CREATE TABLE "callbacks" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "attempt" INT NOT NULL,
    "outcome" VARCHAR(12) NOT NULL,
    "level" VARCHAR(16),
    "resolved" BOOL,
    "remark" TEXT,
    "completes" BOOL NOT NULL,
    "called_at" TIMESTAMPTZ NOT NULL,
    "reviewer_id" UUID,
    "review_decision" VARCHAR(8),
    "review_reason" VARCHAR(2000),
    "reviewed_at" TIMESTAMPTZ,
    "caller_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_callbacks_caller__6ff981" ON "callbacks" ("caller_id");
CREATE INDEX "idx_callbacks_case_id_40d640" ON "callbacks" ("case_id");
COMMENT ON COLUMN "callbacks"."outcome" IS 'REACHED: REACHED\nUNREACHABLE: UNREACHABLE\nDECLINED: DECLINED';
COMMENT ON COLUMN "callbacks"."level" IS 'VERY_SATISFIED: VERY_SATISFIED\nSATISFIED: SATISFIED\nNEUTRAL: NEUTRAL\nDISSATISFIED: DISSATISFIED';
COMMENT ON COLUMN "callbacks"."review_decision" IS 'APPROVE: APPROVE\nREJECT: REJECT';
COMMENT ON TABLE "callbacks" IS 'One attempt. `completes` is true for the record that goes to review: reached, or attempts exhausted.';

CREATE TABLE "deadlines" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "clock" VARCHAR(12) NOT NULL,
    "amount" INT NOT NULL,
    "unit" VARCHAR(12) NOT NULL,
    "calendar_version" INT NOT NULL,
    "calendar_mode" VARCHAR(12) NOT NULL,
    "start_at" TIMESTAMPTZ NOT NULL,
    "due_at" TIMESTAMPTZ NOT NULL,
    "effective_due_at" TIMESTAMPTZ NOT NULL,
    "met_at" TIMESTAMPTZ,
    "breached_at" TIMESTAMPTZ,
    "provisional" BOOL NOT NULL,
    "basis_unconfirmed" BOOL NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "policy_id" UUID REFERENCES "deadline_policies" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_deadlines_case_id_fe9935" ON "deadlines" ("case_id");
CREATE INDEX "idx_deadlines_policy__eb5167" ON "deadlines" ("policy_id");
COMMENT ON COLUMN "deadlines"."kind" IS 'TRIAGE: TRIAGE\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT';
COMMENT ON COLUMN "deadlines"."clock" IS 'SERVICE: SERVICE\nSTATUTORY: STATUTORY';
COMMENT ON COLUMN "deadlines"."unit" IS 'WORKING_DAY: WORKING_DAY\nCALENDAR_DAY: CALENDAR_DAY\nHOUR: HOUR';
COMMENT ON COLUMN "deadlines"."calendar_mode" IS 'STATUTORY: STATUTORY\nDUTY: DUTY';
COMMENT ON TABLE "deadlines" IS 'One clock of one case. `due_at` is what was set first; `effective_due_at` what binds now.';

CREATE TABLE "deadline_changes" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "at" TIMESTAMPTZ NOT NULL,
    "cause" VARCHAR(12) NOT NULL,
    "old_due_at" TIMESTAMPTZ NOT NULL,
    "new_due_at" TIMESTAMPTZ NOT NULL,
    "calendar_version" INT NOT NULL,
    "deadline_id" UUID NOT NULL REFERENCES "deadlines" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_deadline_ch_deadlin_bbe9c1" ON "deadline_changes" ("deadline_id");
COMMENT ON TABLE "deadline_changes" IS 'Why a due date moved: an approved extension or a regime''s tag. The past keeps its old date.';

CREATE TABLE "extension_requests" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "deadline_id" UUID NOT NULL,
    "round" INT NOT NULL,
    "status" VARCHAR(12) NOT NULL,
    "working_days" INT NOT NULL,
    "reason" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ NOT NULL,
    "old_due_at" TIMESTAMPTZ NOT NULL,
    "new_due_at" TIMESTAMPTZ,
    "decided_by_id" UUID,
    "decided_at" TIMESTAMPTZ,
    "decision_reason" VARCHAR(2000),
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "requested_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_extension_r_case_id_39759b" ON "extension_requests" ("case_id");
CREATE INDEX "idx_extension_r_office__eacd28" ON "extension_requests" ("office_id");
CREATE INDEX "idx_extension_r_request_b2d2aa" ON "extension_requests" ("requested_by_id");
COMMENT ON COLUMN "extension_requests"."status" IS 'REQUESTED: REQUESTED\nAPPROVED: APPROVED\nREJECTED: REJECTED';
COMMENT ON TABLE "extension_requests" IS '延期申请: asked for before the due date, decided by the 12315 section alone (ZZ-9).';

CREATE TABLE "handling_results" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "is_co_result" BOOL NOT NULL,
    "department" VARCHAR(100) NOT NULL,
    "outcome" VARCHAR(20) NOT NULL,
    "reply" TEXT NOT NULL,
    "recovered_loss" DECIMAL(14,2),
    "submitted_by" UUID,
    "submitted_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_handling_re_case_id_ce3bf6" ON "handling_results" ("case_id");
CREATE INDEX "idx_handling_re_office__b952b7" ON "handling_results" ("office_id");
COMMENT ON COLUMN "handling_results"."outcome" IS 'MEDIATED: MEDIATED\nNOT_AGREED: NOT_AGREED\nVIOLATION_FOUND: VIOLATION_FOUND\nNO_VIOLATION: NO_VIOLATION\nRECTIFIED: RECTIFIED\nEXPLAINED: EXPLAINED';
COMMENT ON TABLE "handling_results" IS 'What a unit says it did: the handling department and the handlers are mandatory (ZZ-10).';

CREATE TABLE "inspection_notes" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "visit_type" VARCHAR(10) NOT NULL,
    "findings" TEXT NOT NULL,
    "captured_at" TIMESTAMPTZ NOT NULL,
    "received_at" TIMESTAMPTZ NOT NULL,
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    "accuracy" DOUBLE PRECISION,
    "late_arrival" BOOL NOT NULL,
    "clock_skewed" BOOL NOT NULL,
    "recorded_by" UUID,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_inspection__case_id_b4d796" ON "inspection_notes" ("case_id");
CREATE INDEX "idx_inspection__office__4a3fdf" ON "inspection_notes" ("office_id");
COMMENT ON COLUMN "inspection_notes"."visit_type" IS 'FIRST: FIRST\nRECHECK: RECHECK\nJOINT: JOINT\nNIGHT: NIGHT';
COMMENT ON TABLE "inspection_notes" IS 'One visit. `captured_at` is the phone''s clock, `received_at` ours; a late one is kept and marked (4.8).';

CREATE TABLE "note_inspectors" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "note_id" UUID NOT NULL REFERENCES "inspection_notes" ("id") ON DELETE RESTRICT,
    "person_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_note_inspec_note_id_536bd3" ON "note_inspectors" ("note_id");
CREATE INDEX "idx_note_inspec_person__caaa6b" ON "note_inspectors" ("person_id");
COMMENT ON TABLE "note_inspectors" IS 'One inspector of a visit; two at least (Penalty Law art. 42).';

CREATE TABLE "photos" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "sha256" VARCHAR(64) NOT NULL,
    "byte_size" INT NOT NULL,
    "content_type" VARCHAR(20) NOT NULL,
    "status" VARCHAR(10) NOT NULL,
    "captured_at" TIMESTAMPTZ,
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    "declared_by" UUID,
    "received_at" TIMESTAMPTZ,
    "rejection" VARCHAR(40),
    "note_id" UUID NOT NULL REFERENCES "inspection_notes" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_photos_note_id_98292d" ON "photos" ("note_id");
COMMENT ON COLUMN "photos"."status" IS 'DECLARED: DECLARED\nUPLOADED: UPLOADED\nVERIFIED: VERIFIED\nREJECTED: REJECTED';
COMMENT ON TABLE "photos" IS '照片: declared with its SHA-256, then uploaded and verified. The original stays as it came.';

CREATE TABLE "result_handlers" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "person_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "result_id" UUID NOT NULL REFERENCES "handling_results" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_result_hand_person__033b89" ON "result_handlers" ("person_id");
CREATE INDEX "idx_result_hand_result__c17e2c" ON "result_handlers" ("result_id");
COMMENT ON TABLE "result_handlers" IS 'One named handler of a result.';

CREATE TABLE "role_grants" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "role" VARCHAR(20) NOT NULL,
    "valid_from" TIMESTAMPTZ NOT NULL,
    "valid_to" TIMESTAMPTZ,
    "application_id" UUID REFERENCES "applications" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "person_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_role_grants_applica_6e8c60" ON "role_grants" ("application_id");
CREATE INDEX "idx_role_grants_office__37d643" ON "role_grants" ("office_id");
CREATE INDEX "idx_role_grants_person__796108" ON "role_grants" ("person_id");
COMMENT ON COLUMN "role_grants"."role" IS 'AGENT: AGENT\nDISPATCHER: DISPATCHER\nADVISER: ADVISER\nCLERK: CLERK\nINSPECTOR: INSPECTOR\nRESPONSIBLE_PERSON: RESPONSIBLE_PERSON\nSECTION_OFFICER: SECTION_OFFICER\nCALLBACK_OFFICER: CALLBACK_OFFICER\nCALLBACK_REVIEWER: CALLBACK_REVIEWER\nSUPERVISION_OFFICER: SUPERVISION_OFFICER\nDUTY_LEADER: DUTY_LEADER\nLEADER: LEADER\nANALYST: ANALYST\nODR_ENTERPRISE: ODR_ENTERPRISE\nINTEGRATOR: INTEGRATOR\nAUDITOR: AUDITOR\nADMIN: ADMIN';
COMMENT ON TABLE "role_grants" IS 'A role at an office from an instant to another (secondment ends by itself). Held by a person or an application.';

CREATE TABLE "rounds" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "number" INT NOT NULL,
    "opened_at" TIMESTAMPTZ NOT NULL,
    "closed_at" TIMESTAMPTZ,
    "result_submitted_at" TIMESTAMPTZ,
    "sent_back_count" INT NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_rounds_case_id_d6321d" ON "rounds" ("case_id");
COMMENT ON TABLE "rounds" IS 'One run of a case through handling. Round n stays as it was when round n+1 begins (DEC-8).';

CREATE TABLE "sign_offs" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "decision" VARCHAR(8) NOT NULL,
    "reason" TEXT,
    "decided_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "decided_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "result_id" UUID NOT NULL REFERENCES "handling_results" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_sign_offs_case_id_bffd21" ON "sign_offs" ("case_id");
CREATE INDEX "idx_sign_offs_decided_47388a" ON "sign_offs" ("decided_by_id");
CREATE INDEX "idx_sign_offs_result__970ba3" ON "sign_offs" ("result_id");
COMMENT ON COLUMN "sign_offs"."decision" IS 'APPROVE: APPROVE\nREJECT: REJECT';
COMMENT ON TABLE "sign_offs" IS '签字: the responsible person''s answer to one result.';

CREATE TABLE "supervision_orders" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "kind" VARCHAR(12) NOT NULL,
    "reason" TEXT NOT NULL,
    "ordered_at" TIMESTAMPTZ NOT NULL,
    "answer_by" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "ordered_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_supervision_case_id_c33ef5" ON "supervision_orders" ("case_id");
CREATE INDEX "idx_supervision_ordered_f75627" ON "supervision_orders" ("ordered_by_id");
COMMENT ON COLUMN "supervision_orders"."kind" IS 'NORMAL: NORMAL\nLISTED: LISTED\nINTERVIEW: INTERVIEW';
COMMENT ON TABLE "supervision_orders" IS 'Closing the case does not close the order (4.5).';

CREATE TABLE "tokens" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "digest" BYTEA NOT NULL,
    "issued_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ,
    "revoked_at" TIMESTAMPTZ,
    "application_id" UUID REFERENCES "applications" ("id") ON DELETE RESTRICT,
    "person_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_tokens_applica_7e745c" ON "tokens" ("application_id");
CREATE INDEX "idx_tokens_person__abefa7" ON "tokens" ("person_id");
COMMENT ON TABLE "tokens" IS 'An opaque bearer token, kept as the SHA-256 of its 256 bits. Null `expires_at`: it does not expire.';

ALTER TABLE cases
  ADD CONSTRAINT case_version_positive CHECK (version >= 1),
  ADD CONSTRAINT case_round_positive CHECK (round >= 1),
  ADD CONSTRAINT case_loss_not_negative CHECK (recovered_loss >= 0),
  ADD CONSTRAINT case_place_whole CHECK ((latitude IS NULL) = (longitude IS NULL)),
  ADD CONSTRAINT case_place_on_earth CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
  ADD CONSTRAINT case_not_its_own_repeat CHECK (repeat_of_id <> id);
CREATE INDEX case_by_received ON cases (jurisdiction_id, received_at, id);
CREATE INDEX case_by_updated ON cases (jurisdiction_id, updated_at, id);
CREATE INDEX case_by_due ON cases (jurisdiction_id, (coalesce(due_at, timestamptz '9999-12-31 00:00:00+00')), id);
CREATE INDEX case_by_lead ON cases (lead_office_id, status,
  (coalesce(due_at, timestamptz '9999-12-31 00:00:00+00')), id);
CREATE INDEX case_by_office ON cases USING gin (office_ids);
CREATE INDEX case_by_assigned ON cases USING gin (assigned_ids);
CREATE INDEX case_by_tag ON cases USING gin (tags);

ALTER TABLE rounds ADD CONSTRAINT round_number_positive CHECK (number >= 1),
  ADD CONSTRAINT round_ends_after_start CHECK (closed_at >= opened_at);
CREATE UNIQUE INDEX round_of_case ON rounds (case_id, number);
CREATE UNIQUE INDEX round_open_once ON rounds (case_id) WHERE closed_at IS NULL;

CREATE UNIQUE INDEX assignment_one_lead ON assignments (case_id) WHERE role = 'LEAD' AND status = 'ACTIVE';
CREATE UNIQUE INDEX assignment_office_once ON assignments (case_id, office_id) WHERE status = 'ACTIVE';
CREATE INDEX assignment_by_time ON assignments (dispatched_at);
ALTER TABLE assignments ADD CONSTRAINT assignment_signed_after CHECK (signed_for_at >= dispatched_at);

CREATE UNIQUE INDEX deadline_of_round ON deadlines (case_id, round, kind, clock);
ALTER TABLE deadlines ADD CONSTRAINT deadline_amount_not_negative CHECK (amount >= 0);

CREATE UNIQUE INDEX extension_one_pending ON extension_requests (case_id) WHERE status = 'REQUESTED';
ALTER TABLE extension_requests
  ADD CONSTRAINT extension_days_positive CHECK (working_days >= 1),
  ADD CONSTRAINT extension_reason_given CHECK (btrim(reason) <> ''),
  ADD CONSTRAINT extension_decided_whole CHECK ((status = 'REQUESTED') = (decided_at IS NULL)),
  ADD CONSTRAINT extension_not_self_decided CHECK (decided_by_id <> requested_by_id);

CREATE UNIQUE INDEX approval_one_pending ON approvals (case_id, kind) WHERE decided_at IS NULL;
CREATE INDEX approval_waiting ON approvals (jurisdiction_id, kind, requested_at, id) WHERE decided_at IS NULL;
ALTER TABLE approvals ADD CONSTRAINT approval_not_by_barred CHECK (NOT decided_by_id = ANY (barred_ids));

CREATE UNIQUE INDEX sign_off_once ON sign_offs (result_id);
ALTER TABLE sign_offs
  ADD CONSTRAINT sign_off_rejection_has_reason CHECK (decision = 'APPROVE' OR btrim(coalesce(reason, '')) <> '');
ALTER TABLE handling_results
  ADD CONSTRAINT result_department_given CHECK (btrim(department) <> ''),
  ADD CONSTRAINT result_reply_given CHECK (btrim(reply) <> ''),
  ADD CONSTRAINT result_loss_not_negative CHECK (recovered_loss >= 0);
CREATE UNIQUE INDEX result_handler_once ON result_handlers (result_id, person_id);
CREATE UNIQUE INDEX note_inspector_once ON note_inspectors (note_id, person_id);

CREATE UNIQUE INDEX callback_attempt_once ON callbacks (case_id, round, attempt);
CREATE UNIQUE INDEX callback_one_in_review ON callbacks (case_id) WHERE completes AND reviewed_at IS NULL;
ALTER TABLE callbacks
  ADD CONSTRAINT callback_reached_has_level CHECK ((outcome = 'REACHED') = (level IS NOT NULL)),
  ADD CONSTRAINT callback_not_self_reviewed CHECK (reviewer_id <> caller_id),
  ADD CONSTRAINT callback_reviewed_whole CHECK ((reviewer_id IS NULL) = (reviewed_at IS NULL));
ALTER TABLE supervision_orders ADD CONSTRAINT supervision_reason_given CHECK (btrim(reason) <> '');

CREATE UNIQUE INDEX photo_of_note ON photos (note_id, ordinal);
ALTER TABLE photos
  ADD CONSTRAINT photo_size_in_bounds CHECK (byte_size BETWEEN 1 AND 20971520),
  ADD CONSTRAINT photo_digest_is_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  ADD CONSTRAINT photo_rejection_has_reason CHECK ((status = 'REJECTED') = (rejection IS NOT NULL));

CREATE UNIQUE INDEX token_digest_once ON tokens (digest);
ALTER TABLE tokens
  ADD CONSTRAINT token_has_one_holder CHECK ((person_id IS NULL) <> (application_id IS NULL)),
  ADD CONSTRAINT token_digest_is_sha256 CHECK (octet_length(digest) = 32);
ALTER TABLE role_grants
  ADD CONSTRAINT grant_has_one_holder CHECK ((person_id IS NULL) <> (application_id IS NULL)),
  ADD CONSTRAINT grant_ends_after_start CHECK (valid_to > valid_from);
CREATE UNIQUE INDEX regime_tag_active_once ON regimes (jurisdiction_id, tag) WHERE ended_at IS NULL;
ALTER TABLE regimes ADD CONSTRAINT regime_ends_after_start CHECK (ended_at >= started_at);
CREATE INDEX office_by_path ON offices (path text_pattern_ops);
CREATE INDEX key_by_age ON idempotency_keys (created_at);

ALTER TABLE ledger
  ADD CONSTRAINT ledger_seq_positive CHECK (seq >= 1),
  ADD CONSTRAINT ledger_hashes_whole CHECK (octet_length(hash) = 32 AND octet_length(previous_hash) = 32);
CREATE INDEX ledger_of_case ON ledger (case_id, seq) WHERE case_id IS NOT NULL;
CREATE INDEX ledger_urgent ON ledger (jurisdiction_id, seq) WHERE urgent;
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER ledger_rows_stay BEFORE UPDATE OR DELETE ON ledger
  FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_stays BEFORE TRUNCATE ON ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();

CREATE INDEX case_open_by_due ON cases (jurisdiction_id, (coalesce(due_at, timestamptz '9999-12-31 00:00:00+00')), id) WHERE status IN ('DISPATCHED', 'IN_PROGRESS', 'ODR_SETTLING', 'PENDING_DISPATCH', 'PENDING_FILING', 'PENDING_SIGN_OFF',
  'RECORDED', 'RETURN_REQUESTED', 'SUSPENDED', 'VOICEMAIL_PENDING');
CREATE INDEX case_open_by_received ON cases (jurisdiction_id, received_at, id) WHERE status IN ('DISPATCHED', 'IN_PROGRESS', 'ODR_SETTLING', 'PENDING_DISPATCH', 'PENDING_FILING', 'PENDING_SIGN_OFF',
  'RECORDED', 'RETURN_REQUESTED', 'SUSPENDED', 'VOICEMAIL_PENDING');
CREATE INDEX case_open_by_updated ON cases (jurisdiction_id, updated_at, id) WHERE status IN ('DISPATCHED', 'IN_PROGRESS', 'ODR_SETTLING', 'PENDING_DISPATCH', 'PENDING_FILING', 'PENDING_SIGN_OFF',
  'RECORDED', 'RETURN_REQUESTED', 'SUSPENDED', 'VOICEMAIL_PENDING');
CREATE INDEX case_open_by_holder ON cases ((coalesce(lead_office_id, intake_office_id)), (coalesce(due_at, timestamptz '9999-12-31 00:00:00+00')), id) WHERE status IN ('DISPATCHED', 'IN_PROGRESS', 'ODR_SETTLING', 'PENDING_DISPATCH', 'PENDING_FILING', 'PENDING_SIGN_OFF',
  'RECORDED', 'RETURN_REQUESTED', 'SUSPENDED', 'VOICEMAIL_PENDING');
CREATE INDEX case_called_by_due ON cases (jurisdiction_id, (coalesce(due_at, timestamptz '9999-12-31 00:00:00+00')), id) WHERE status IN ('CALLBACK_REVIEW', 'CLOSED_AWAITING_CALLBACK');
CREATE INDEX case_by_holder ON cases ((coalesce(lead_office_id, intake_office_id)), received_at, id);
CREATE INDEX case_by_handling ON cases USING gin (handling_ids);
DROP INDEX case_by_lead;

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
CREATE CONSTRAINT TRIGGER identity_changed AFTER UPDATE OR DELETE ON tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_identity();
CREATE TRIGGER identity_emptied AFTER TRUNCATE ON tokens FOR EACH STATEMENT EXECUTE FUNCTION mark_identity();
CREATE CONSTRAINT TRIGGER identity_changed AFTER UPDATE OR DELETE ON persons DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_identity();
CREATE TRIGGER identity_emptied AFTER TRUNCATE ON persons FOR EACH STATEMENT EXECUTE FUNCTION mark_identity();
CREATE CONSTRAINT TRIGGER identity_changed AFTER UPDATE OR DELETE ON applications DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_identity();
CREATE TRIGGER identity_emptied AFTER TRUNCATE ON applications FOR EACH STATEMENT EXECUTE FUNCTION mark_identity();
CREATE CONSTRAINT TRIGGER identity_changed AFTER INSERT OR UPDATE OR DELETE ON role_grants DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_identity();
CREATE TRIGGER identity_emptied AFTER TRUNCATE ON role_grants FOR EACH STATEMENT EXECUTE FUNCTION mark_identity();
CREATE CONSTRAINT TRIGGER identity_changed AFTER UPDATE OF code OR DELETE ON offices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION mark_identity();
CREATE TRIGGER identity_emptied AFTER TRUNCATE ON offices FOR EACH STATEMENT EXECUTE FUNCTION mark_identity();

CREATE TABLE "return_requests" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "status" VARCHAR(12) NOT NULL,
    "reason" TEXT NOT NULL,
    "legal_basis" VARCHAR(2000),
    "requested_at" TIMESTAMPTZ NOT NULL,
    "decided_at" TIMESTAMPTZ,
    "decision_reason" VARCHAR(2000),
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "decided_by_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "requested_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "suggested_office_id" UUID REFERENCES "offices" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_return_requ_case_id_99cd73" ON "return_requests" ("case_id");
CREATE INDEX "idx_return_requ_decided_c10d58" ON "return_requests" ("decided_by_id");
CREATE INDEX "idx_return_requ_office__f00dd3" ON "return_requests" ("office_id");
CREATE INDEX "idx_return_requ_request_2cb33b" ON "return_requests" ("requested_by_id");
CREATE INDEX "idx_return_requ_suggest_1403db" ON "return_requests" ("suggested_office_id");
COMMENT ON COLUMN "return_requests"."status" IS 'REQUESTED: REQUESTED\nAPPROVED: APPROVED\nREJECTED: REJECTED';
COMMENT ON TABLE "return_requests" IS '退单申请: the unit that leads says it is not competent; the centre decides (T9–T11). Never forwarded by the unit.';

COMMENT ON COLUMN "approvals"."kind" IS 'SIGN_OFF: SIGN_OFF\nEXTENSION: EXTENSION\nCALLBACK_REVIEW: CALLBACK_REVIEW\nRETURN: RETURN';

COMMENT ON COLUMN "deadlines"."kind" IS 'TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT';

ALTER TABLE "deadlines" ADD COLUMN "dispatch" INT NOT NULL DEFAULT 1;

COMMENT ON COLUMN "deadline_policies"."deadline_kind" IS 'TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT';

COMMENT ON COLUMN "ledger"."kind" IS 'RECEIVED: RECEIVED\nANSWERED: ANSWERED\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\nSUPERVISED: SUPERVISED\nTAGGED: TAGGED\nREGIME_ACTIVATED: REGIME_ACTIVATED\nORIGINAL_READ: ORIGINAL_READ\nSYNC_RESET: SYNC_RESET\nREMOVED: REMOVED\nHEARTBEAT: HEARTBEAT';

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

CREATE TABLE "non_acceptances" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ground" VARCHAR(24) NOT NULL,
    "notice" TEXT NOT NULL,
    "decided_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "decided_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_non_accepta_case_id_7243e1" ON "non_acceptances" ("case_id");
CREATE INDEX "idx_non_accepta_decided_51fecb" ON "non_acceptances" ("decided_by_id");
COMMENT ON COLUMN "non_acceptances"."ground" IS 'NOT_COMPETENT: NOT_COMPETENT\nHANDLED_ELSEWHERE: HANDLED_ELSEWHERE\nNO_CONSUMER_DISPUTE: NO_CONSUMER_DISPUTE\nOVER_THREE_YEARS: OVER_THREE_YEARS\nMATERIAL_MISSING: MATERIAL_MISSING\nOTHER: OTHER';
COMMENT ON TABLE "non_acceptances" IS '不予受理: a statutory ground and the notice the citizen was given (Order 20 art. 15).';

CREATE TABLE "transfers_out" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "receiving_body" VARCHAR(200) NOT NULL,
    "notice" TEXT NOT NULL,
    "transferred_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "transferred_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_transfers_o_case_id_620de7" ON "transfers_out" ("case_id");
CREATE INDEX "idx_transfers_o_transfe_aafe19" ON "transfers_out" ("transferred_by_id");
COMMENT ON TABLE "transfers_out" IS '移送: which body outside the hotline has the matter now, and what the citizen was told of the way there.';

COMMENT ON COLUMN "ledger"."kind" IS 'RECEIVED: RECEIVED\nANSWERED: ANSWERED\nNOT_ACCEPTED: NOT_ACCEPTED\nTRANSFERRED_OUT: TRANSFERRED_OUT\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\nSUPERVISED: SUPERVISED\nTAGGED: TAGGED\nREGIME_ACTIVATED: REGIME_ACTIVATED\nORIGINAL_READ: ORIGINAL_READ\nSYNC_RESET: SYNC_RESET\nREMOVED: REMOVED\nHEARTBEAT: HEARTBEAT';

CREATE UNIQUE INDEX non_acceptance_once ON non_acceptances (case_id);
ALTER TABLE non_acceptances ADD CONSTRAINT non_acceptance_notice_given CHECK (btrim(notice) <> '');
CREATE UNIQUE INDEX transfer_once ON transfers_out (case_id);
ALTER TABLE transfers_out
  ADD CONSTRAINT transfer_body_named CHECK (btrim(receiving_body) <> ''),
  ADD CONSTRAINT transfer_notice_given CHECK (btrim(notice) <> '');

CREATE TABLE "calendar_amendments" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "version" INT NOT NULL UNIQUE,
    "reason" VARCHAR(300) NOT NULL,
    "amended_at" TIMESTAMPTZ NOT NULL,
    "recomputed_at" TIMESTAMPTZ,
    "looked_at" INT NOT NULL DEFAULT 0
);
COMMENT ON TABLE "calendar_amendments" IS '工作日历修订: which version replaced some days, why, and when the open limits were counted anew (DEC-13).';

CREATE TABLE "filing_reports" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "status" VARCHAR(12) NOT NULL,
    "cause" TEXT NOT NULL,
    "process" TEXT NOT NULL,
    "recommendation" TEXT NOT NULL,
    "sha256" VARCHAR(64) NOT NULL,
    "byte_size" INT NOT NULL,
    "content_type" VARCHAR(20) NOT NULL,
    "document_status" VARCHAR(10) NOT NULL,
    "document_received_at" TIMESTAMPTZ,
    "submitted_at" TIMESTAMPTZ NOT NULL,
    "decided_at" TIMESTAMPTZ,
    "decision_reason" VARCHAR(2000),
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "decided_by_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "submitted_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_filing_repo_case_id_375fdb" ON "filing_reports" ("case_id");
CREATE INDEX "idx_filing_repo_decided_81029c" ON "filing_reports" ("decided_by_id");
CREATE INDEX "idx_filing_repo_office__e319b6" ON "filing_reports" ("office_id");
CREATE INDEX "idx_filing_repo_submitt_433464" ON "filing_reports" ("submitted_by_id");
COMMENT ON COLUMN "filing_reports"."status" IS 'SUBMITTED: SUBMITTED\nFILED: FILED\nREJECTED: REJECTED\nLAPSED: LAPSED';
COMMENT ON COLUMN "filing_reports"."document_status" IS 'DECLARED: DECLARED\nUPLOADED: UPLOADED\nVERIFIED: VERIFIED\nREJECTED: REJECTED';
COMMENT ON TABLE "filing_reports" IS '书面报告: why a matter cannot be solved for now, what was done, what is proposed; sealed (ZZ-17). The sealed file is';

CREATE TABLE "instructions" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "text" TEXT NOT NULL,
    "instructed_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "instructed_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_instruction_case_id_14a4bd" ON "instructions" ("case_id");
CREATE INDEX "idx_instruction_instruc_afad8a" ON "instructions" ("instructed_by_id");
COMMENT ON TABLE "instructions" IS '批示: what a leader wants done about a case.';

CREATE TABLE "leases" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "name" VARCHAR(40) NOT NULL UNIQUE,
    "holder" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "leases" IS 'Which process does a work that only one may do, until when.';

CREATE TABLE "meetings" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "held_at" TIMESTAMPTZ NOT NULL,
    "office_ids" UUID[] NOT NULL,
    "minutes" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "recorded_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_meetings_case_id_e33347" ON "meetings" ("case_id");
CREATE INDEX "idx_meetings_recorde_d3ca8d" ON "meetings" ("recorded_by_id");
COMMENT ON TABLE "meetings" IS '协调会: who sat together about a case, and what was agreed.';

CREATE TABLE "notices" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "kind" VARCHAR(12) NOT NULL,
    "text" TEXT NOT NULL,
    "given_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "given_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_notices_case_id_02bdc6" ON "notices" ("case_id");
CREATE INDEX "idx_notices_given_b_d79c18" ON "notices" ("given_by_id");
COMMENT ON COLUMN "notices"."kind" IS 'ACCEPTANCE: ACCEPTANCE\nTERMINATION: TERMINATION\nINFORMANT: INFORMANT';
COMMENT ON TABLE "notices" IS '告知: what the law wants told to whom, and that it was.';

CREATE TABLE "odr_enterprises" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "jurisdiction_id" UUID NOT NULL,
    "name" VARCHAR(200) NOT NULL,
    "uscc" VARCHAR(18) NOT NULL,
    "enrolled_at" TIMESTAMPTZ NOT NULL,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_odr_enterpr_office__7441d9" ON "odr_enterprises" ("office_id");
COMMENT ON TABLE "odr_enterprises" IS '在线和解企业: a trader enrolled by its USCC (GB 32100). `office`: where its users hold their role.';

CREATE TABLE "odr_routings" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "status" VARCHAR(12) NOT NULL,
    "routed_at" TIMESTAMPTZ NOT NULL,
    "concluded_at" TIMESTAMPTZ,
    "settlement" TEXT,
    "amount" DECIMAL(14,2),
    "reason" TEXT,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "concluded_by_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "enterprise_id" UUID NOT NULL REFERENCES "odr_enterprises" ("id") ON DELETE RESTRICT,
    "routed_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_odr_routing_case_id_dadff4" ON "odr_routings" ("case_id");
CREATE INDEX "idx_odr_routing_conclud_96e7f7" ON "odr_routings" ("concluded_by_id");
CREATE INDEX "idx_odr_routing_enterpr_e74aeb" ON "odr_routings" ("enterprise_id");
CREATE INDEX "idx_odr_routing_routed__0bfad7" ON "odr_routings" ("routed_by_id");
COMMENT ON COLUMN "odr_routings"."status" IS 'SETTLING: SETTLING\nSETTLED: SETTLED\nDECLINED: DECLINED\nEXPIRED: EXPIRED';
COMMENT ON TABLE "odr_routings" IS '分流和解: one complaint with one enterprise. Concluded by the enterprise, or by the end of its time.';

CREATE TABLE "pauses" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "reason" VARCHAR(20) NOT NULL,
    "evidence" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ NOT NULL,
    "end_evidence" TEXT,
    "ended_at" TIMESTAMPTZ,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "ended_by_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "started_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_pauses_case_id_6a5edb" ON "pauses" ("case_id");
CREATE INDEX "idx_pauses_ended_b_8f8277" ON "pauses" ("ended_by_id");
CREATE INDEX "idx_pauses_started_cf31ba" ON "pauses" ("started_by_id");
COMMENT ON COLUMN "pauses"."reason" IS 'TESTING: TESTING\nAPPRAISAL: APPRAISAL\nRECUSAL: RECUSAL\nLEGAL_PROCEEDING: LEGAL_PROCEEDING\nWAITING_FOR_CITIZEN: WAITING_FOR_CITIZEN';
COMMENT ON TABLE "pauses" IS '中止: the clocks of a case stand still from `started_at` to `ended_at`, for a reason the law knows (T12, DEC-12).';

CREATE TABLE "reminders" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "stage" VARCHAR(14) NOT NULL,
    "due_at" TIMESTAMPTZ NOT NULL,
    "opened_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "deadline_id" UUID NOT NULL REFERENCES "deadlines" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_reminders_case_id_e26bd3" ON "reminders" ("case_id");
CREATE INDEX "idx_reminders_deadlin_1921c9" ON "reminders" ("deadline_id");
COMMENT ON COLUMN "reminders"."stage" IS 'BEFORE_DUE: BEFORE_DUE\nDUE: DUE\nFORMAL_NOTICE: FORMAL_NOTICE\nCRITICISM: CRITICISM';
COMMENT ON TABLE "reminders" IS '催办: one rung of the ladder before and after a closing date (4.5). A date that moves has a ladder of its own.';

CREATE TABLE "reopenings" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "new_facts" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "reopened_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "reopened_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_reopenings_case_id_43f186" ON "reopenings" ("case_id");
CREATE INDEX "idx_reopenings_reopene_a5b431" ON "reopenings" ("reopened_by_id");
COMMENT ON TABLE "reopenings" IS '重新办理: the new facts that opened another round of an archived case (T21). `round` is the one they opened.';

CREATE TABLE "supervision_suggestions" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "trigger" VARCHAR(20) NOT NULL,
    "suggested_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_supervision_case_id_dd6180" ON "supervision_suggestions" ("case_id");
COMMENT ON COLUMN "supervision_suggestions"."trigger" IS 'OVERDUE: OVERDUE\nREPEATED: REPEATED\nDISSATISFIED: DISSATISFIED\nSEVERAL_SECTIONS: SEVERAL_SECTIONS\nNO_PROGRESS: NO_PROGRESS\nREFUSED_SIGN_FOR: REFUSED_SIGN_FOR\nINSTRUCTION: INSTRUCTION';
COMMENT ON TABLE "supervision_suggestions" IS '建议督办: a trigger of domain 4.5 was seen, once a round. Whoever supervises decides.';

CREATE TABLE "terminations" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "round" INT NOT NULL,
    "ground" VARCHAR(24) NOT NULL,
    "reason" TEXT NOT NULL,
    "terminated_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "terminated_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_termination_case_id_3e47c7" ON "terminations" ("case_id");
CREATE INDEX "idx_termination_termina_2727d7" ON "terminations" ("terminated_by_id");
COMMENT ON COLUMN "terminations"."ground" IS 'WITHDRAWN_OR_SETTLED: WITHDRAWN_OR_SETTLED\nTESTING_NOT_AGREED: TESTING_NOT_AGREED\nREFUSED_TO_TAKE_PART: REFUSED_TO_TAKE_PART\nNO_AGREEMENT: NO_AGREEMENT\nTIME_EXPIRED: TIME_EXPIRED\nNOT_ACCEPTABLE: NOT_ACCEPTABLE\nOTHER: OTHER';
COMMENT ON TABLE "terminations" IS '终止: a case ended before it was handled to the end, on one of seven grounds (Order 20 art. 21).';

CREATE TABLE "voicemail_calls" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "reached" BOOL NOT NULL,
    "remark" TEXT,
    "called_at" TIMESTAMPTZ NOT NULL,
    "called_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_voicemail_c_called__640cf0" ON "voicemail_calls" ("called_by_id");
CREATE INDEX "idx_voicemail_c_case_id_798e4f" ON "voicemail_calls" ("case_id");
COMMENT ON TABLE "voicemail_calls" IS '录音回拨: one attempt to reach whoever left the recording (SY-6).';

CREATE TABLE "voidings" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ground" VARCHAR(12) NOT NULL,
    "reason" TEXT NOT NULL,
    "voided_at" TIMESTAMPTZ NOT NULL,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "voided_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_voidings_case_id_9f72d3" ON "voidings" ("case_id");
CREATE INDEX "idx_voidings_voided__9f7f17" ON "voidings" ("voided_by_id");
COMMENT ON COLUMN "voidings"."ground" IS 'SILENT_CALL: SILENT_CALL\nTEST: TEST\nABUSE: ABUSE';
COMMENT ON TABLE "voidings" IS '作废: why a registration is none: out of every figure, kept for the audit (T22).';

COMMENT ON COLUMN "approvals"."kind" IS 'SIGN_OFF: SIGN_OFF\nEXTENSION: EXTENSION\nCALLBACK_REVIEW: CALLBACK_REVIEW\nRETURN: RETURN\nFILING: FILING';

ALTER TABLE "approvals" ADD COLUMN "escalated_at" TIMESTAMPTZ;

COMMENT ON COLUMN "assignments"."status" IS 'ACTIVE: ACTIVE\nRETURNED: RETURNED\nMERGED: MERGED';

ALTER TABLE "callbacks" ADD COLUMN "exempted" BOOL NOT NULL DEFAULT FALSE;

ALTER TABLE "callbacks" ADD COLUMN "follower_id" UUID;

ALTER TABLE "cases" ADD COLUMN "merged_at" TIMESTAMPTZ;

ALTER TABLE "cases" ADD COLUMN "merged_into_id" UUID;

ALTER TABLE "cases" ADD COLUMN "odr_office_id" UUID;

ALTER TABLE "cases" ADD COLUMN "split_from_id" UUID;

COMMENT ON COLUMN "deadlines"."kind" IS 'TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT\nVERIFY_EXT: VERIFY_EXT\nTERMINATION_NOTICE: TERMINATION_NOTICE\nODR_SETTLEMENT: ODR_SETTLEMENT\nDECISION: DECISION';

ALTER TABLE "deadlines" ADD COLUMN "stopped_at" TIMESTAMPTZ;

ALTER TABLE "deadline_changes" ADD COLUMN "amendment_id" UUID;

ALTER TABLE "deadline_changes" ADD COLUMN "amount" INT;

ALTER TABLE "deadline_changes" ADD COLUMN "calendar_mode" VARCHAR(12);

ALTER TABLE "deadline_changes" ADD COLUMN "unit" VARCHAR(12);

COMMENT ON COLUMN "deadline_policies"."deadline_kind" IS 'TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT\nVERIFY_EXT: VERIFY_EXT\nTERMINATION_NOTICE: TERMINATION_NOTICE\nODR_SETTLEMENT: ODR_SETTLEMENT\nDECISION: DECISION';

COMMENT ON COLUMN "extension_requests"."status" IS 'REQUESTED: REQUESTED\nAPPROVED: APPROVED\nREJECTED: REJECTED\nWITHDRAWN: WITHDRAWN\nLAPSED: LAPSED';

ALTER TABLE "handling_results" ADD COLUMN "override_reason" VARCHAR(2000);

COMMENT ON COLUMN "ledger"."kind" IS 'RECEIVED: RECEIVED\nANSWERED: ANSWERED\nNOT_ACCEPTED: NOT_ACCEPTED\nTRANSFERRED_OUT: TRANSFERRED_OUT\nVOIDED: VOIDED\nVOICEMAIL_CALLED: VOICEMAIL_CALLED\nVOICEMAIL_REGISTERED: VOICEMAIL_REGISTERED\nSPLIT: SPLIT\nMERGED: MERGED\nFOLLOWER_JOINED: FOLLOWER_JOINED\nODR_ENROLLED: ODR_ENROLLED\nODR_ROUTED: ODR_ROUTED\nODR_SETTLED: ODR_SETTLED\nODR_DECLINED: ODR_DECLINED\nODR_EXPIRED: ODR_EXPIRED\nSUSPENDED: SUSPENDED\nRESUMED: RESUMED\nFILING_SUBMITTED: FILING_SUBMITTED\nDOCUMENT_VERIFIED: DOCUMENT_VERIFIED\nFILED: FILED\nFILING_REJECTED: FILING_REJECTED\nTERMINATED: TERMINATED\nNOTICE_GIVEN: NOTICE_GIVEN\nREOPENED: REOPENED\nEXTENSION_WITHDRAWN: EXTENSION_WITHDRAWN\nEXTENSION_LAPSED: EXTENSION_LAPSED\nDEADLINE_BREACHED: DEADLINE_BREACHED\nREMINDED: REMINDED\nESCALATED: ESCALATED\nSUPERVISION_SUGGESTED: SUPERVISION_SUGGESTED\nSUPERVISION_ANSWERED: SUPERVISION_ANSWERED\nINSTRUCTED: INSTRUCTED\nMEETING_HELD: MEETING_HELD\nREGIME_ENDED: REGIME_ENDED\nCALENDAR_AMENDED: CALENDAR_AMENDED\nDEADLINE_RECOMPUTED: DEADLINE_RECOMPUTED\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nCALLBACK_SIGNED: CALLBACK_SIGNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\nSUPERVISED: SUPERVISED\nTAGGED: TAGGED\nREGIME_ACTIVATED: REGIME_ACTIVATED\nORIGINAL_READ: ORIGINAL_READ\nSYNC_RESET: SYNC_RESET\nREMOVED: REMOVED\nHEARTBEAT: HEARTBEAT';

ALTER TABLE "regimes" ADD COLUMN "end_reason" TEXT;

ALTER TABLE "regimes" ADD COLUMN "ended_by" UUID;

COMMENT ON COLUMN "return_requests"."status" IS 'REQUESTED: REQUESTED\nAPPROVED: APPROVED\nREJECTED: REJECTED\nLAPSED: LAPSED';

ALTER TABLE "supervision_orders" ADD COLUMN "answer" TEXT;

ALTER TABLE "supervision_orders" ADD COLUMN "answered_at" TIMESTAMPTZ;

ALTER TABLE "supervision_orders" ADD COLUMN "answered_by_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT;

ALTER TABLE "supervision_orders" ADD COLUMN "trigger" VARCHAR(20);

ALTER TABLE cases
  ADD CONSTRAINT case_merged_whole CHECK ((status = 'MERGED') = (merged_into_id IS NOT NULL)),
  ADD CONSTRAINT case_merged_at_some_time CHECK ((merged_into_id IS NULL) = (merged_at IS NULL)),
  ADD CONSTRAINT case_not_merged_into_itself CHECK (merged_into_id <> id),
  ADD CONSTRAINT case_not_split_from_itself CHECK (split_from_id <> id);
CREATE UNIQUE INDEX pause_open_once ON pauses (case_id) WHERE ended_at IS NULL;
ALTER TABLE pauses
  ADD CONSTRAINT pause_reason_allowed CHECK (reason <> 'WAITING_FOR_CITIZEN'),
  ADD CONSTRAINT pause_evidence_given CHECK (btrim(evidence) <> ''),
  ADD CONSTRAINT pause_ends_after_start CHECK (ended_at >= started_at),
  ADD CONSTRAINT pause_ended_whole
    CHECK ((ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_at IS NULL) = (end_evidence IS NULL));
CREATE UNIQUE INDEX termination_of_round ON terminations (case_id, round);
ALTER TABLE terminations ADD CONSTRAINT termination_reason_given CHECK (btrim(reason) <> '');
ALTER TABLE notices ADD CONSTRAINT notice_text_given CHECK (btrim(text) <> '');
CREATE UNIQUE INDEX reopening_of_round ON reopenings (case_id, round);
ALTER TABLE reopenings
  ADD CONSTRAINT reopening_facts_given CHECK (btrim(new_facts) <> ''),
  ADD CONSTRAINT reopening_reason_given CHECK (btrim(reason) <> '');
CREATE UNIQUE INDEX voiding_once ON voidings (case_id);
ALTER TABLE voidings ADD CONSTRAINT voiding_reason_given CHECK (btrim(reason) <> '');
CREATE UNIQUE INDEX filing_one_pending ON filing_reports (case_id) WHERE status = 'SUBMITTED';
ALTER TABLE filing_reports
  ADD CONSTRAINT filing_parts_given
    CHECK (btrim(cause) <> '' AND btrim(process) <> '' AND btrim(recommendation) <> ''),
  ADD CONSTRAINT filing_decided_whole CHECK ((status = 'SUBMITTED') = (decided_at IS NULL)),
  ADD CONSTRAINT filing_decided_by_somebody CHECK ((status IN ('FILED', 'REJECTED')) = (decided_by_id IS NOT NULL)),
  ADD CONSTRAINT filing_not_self_decided CHECK (decided_by_id <> submitted_by_id),
  ADD CONSTRAINT filing_rejection_has_reason CHECK (status <> 'REJECTED' OR btrim(coalesce(decision_reason, '')) <> ''),
  ADD CONSTRAINT filing_sealed CHECK (status <> 'FILED' OR document_status = 'VERIFIED'),
  ADD CONSTRAINT filing_size_in_bounds CHECK (byte_size BETWEEN 1 AND 20971520),
  ADD CONSTRAINT filing_digest_is_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$');
CREATE UNIQUE INDEX odr_enterprise_once ON odr_enterprises (jurisdiction_id, uscc);
CREATE UNIQUE INDEX odr_routing_one_open ON odr_routings (case_id) WHERE status = 'SETTLING';
ALTER TABLE callbacks
  ADD CONSTRAINT callback_exempted_with_reason
    CHECK (NOT exempted OR (level = 'DISSATISFIED' AND review_decision = 'APPROVE' AND btrim(review_reason) <> ''));
ALTER TABLE odr_routings
  ADD CONSTRAINT odr_routing_concluded_whole CHECK ((status = 'SETTLING') = (concluded_at IS NULL)),
  ADD CONSTRAINT odr_routing_settled_whole CHECK ((status = 'SETTLED') = (settlement IS NOT NULL)),
  ADD CONSTRAINT odr_routing_amount_not_negative CHECK (amount >= 0);
CREATE UNIQUE INDEX reminder_of_stage ON reminders (deadline_id, due_at, stage);
CREATE UNIQUE INDEX suggestion_of_round ON supervision_suggestions (case_id, round, trigger);
ALTER TABLE supervision_orders
  ADD CONSTRAINT supervision_answered_whole
    CHECK ((answered_at IS NULL) = (answered_by_id IS NULL) AND (answered_at IS NULL) = (answer IS NULL));
ALTER TABLE instructions ADD CONSTRAINT instruction_text_given CHECK (btrim(text) <> '');
ALTER TABLE meetings ADD CONSTRAINT meeting_minutes_given CHECK (btrim(minutes) <> '');
ALTER TABLE return_requests DROP CONSTRAINT return_decided_by_somebody,
  ADD CONSTRAINT return_decided_by_somebody CHECK ((status IN ('APPROVED', 'REJECTED')) = (decided_by_id IS NOT NULL));
DROP INDEX callback_attempt_once;
CREATE UNIQUE INDEX callback_attempt_once ON callbacks (case_id, round, coalesce(follower_id, case_id), attempt);
DROP INDEX callback_one_in_review;
CREATE UNIQUE INDEX callback_one_in_review ON callbacks (case_id, round, coalesce(follower_id, case_id))
  WHERE completes AND reviewed_at IS NULL;
DROP INDEX approval_one_pending;
CREATE UNIQUE INDEX approval_one_pending ON approvals (case_id, kind)
  WHERE decided_at IS NULL AND kind <> 'CALLBACK_REVIEW';
CREATE UNIQUE INDEX approval_subject_once ON approvals (subject_id) WHERE decided_at IS NULL;
CREATE INDEX deadline_running ON deadlines (effective_due_at, id)
  WHERE met_at IS NULL AND stopped_at IS NULL;
CREATE INDEX callback_dissatisfied ON callbacks (case_id, round) WHERE level = 'DISSATISFIED';
CREATE INDEX supervision_by_date ON supervision_orders (answer_by, id);
CREATE INDEX supervision_by_answerer ON supervision_orders (answered_by_id);
CREATE INDEX case_by_target ON cases (merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX case_by_whole ON cases (split_from_id) WHERE split_from_id IS NOT NULL;
CREATE INDEX deadline_change_by_amendment ON deadline_changes (amendment_id) WHERE amendment_id IS NOT NULL;
CREATE INDEX case_by_repeated ON cases (repeat_of_id) WHERE repeat_of_id IS NOT NULL;
UPDATE deadline_changes x SET amount = e.working_days, unit = 'WORKING_DAY' FROM extension_requests e
  WHERE x.cause = 'EXTENSION' AND x.amount IS NULL AND e.status = 'APPROVED'
    AND e.deadline_id = x.deadline_id AND e.decided_at = x.at;

CREATE TABLE "disputes" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "status" VARCHAR(12) NOT NULL,
    "reason" TEXT NOT NULL,
    "legal_basis" VARCHAR(2000),
    "raised_at" TIMESTAMPTZ NOT NULL,
    "decided_at" TIMESTAMPTZ,
    "decision_reason" VARCHAR(2000),
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "decided_by_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "designated_office_id" UUID REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "raised_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "return_request_id" UUID NOT NULL REFERENCES "return_requests" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_disputes_case_id_a2d7cf" ON "disputes" ("case_id");
CREATE INDEX "idx_disputes_decided_040d5f" ON "disputes" ("decided_by_id");
CREATE INDEX "idx_disputes_designa_a59067" ON "disputes" ("designated_office_id");
CREATE INDEX "idx_disputes_office__a12ed1" ON "disputes" ("office_id");
CREATE INDEX "idx_disputes_raised__b04135" ON "disputes" ("raised_by_id");
CREATE INDEX "idx_disputes_return__dd0b38" ON "disputes" ("return_request_id");
COMMENT ON COLUMN "disputes"."status" IS 'RAISED: RAISED\nDESIGNATED: DESIGNATED\nUPHELD: UPHELD\nLAPSED: LAPSED';
COMMENT ON TABLE "disputes" IS '管辖争议: a unit whose return was refused brings it before the leader, who says which unit handles it (T10, Order';

CREATE TABLE "recusals" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "reason" TEXT NOT NULL,
    "declared_at" TIMESTAMPTZ NOT NULL,
    "lifted_at" TIMESTAMPTZ,
    "lift_reason" VARCHAR(2000),
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "declared_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "lifted_by_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "person_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_recusals_case_id_b56583" ON "recusals" ("case_id");
CREATE INDEX "idx_recusals_declare_0784b3" ON "recusals" ("declared_by_id");
CREATE INDEX "idx_recusals_lifted__faffe7" ON "recusals" ("lifted_by_id");
CREATE INDEX "idx_recusals_person__233033" ON "recusals" ("person_id");
COMMENT ON TABLE "recusals" IS 'One person off one case, until it is lifted.';

COMMENT ON COLUMN "approvals"."kind" IS 'SIGN_OFF: SIGN_OFF\nEXTENSION: EXTENSION\nCALLBACK_REVIEW: CALLBACK_REVIEW\nRETURN: RETURN\nFILING: FILING\nDISPUTE: DISPUTE';

ALTER TABLE "cases" ADD COLUMN "recused_ids" UUID[] NOT NULL DEFAULT '{}';

COMMENT ON COLUMN "deadlines"."kind" IS 'TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT\nVERIFY_EXT: VERIFY_EXT\nTERMINATION_NOTICE: TERMINATION_NOTICE\nODR_SETTLEMENT: ODR_SETTLEMENT\nRESOLVE: RESOLVE\nDECISION: DECISION';

COMMENT ON COLUMN "deadline_policies"."deadline_kind" IS 'TRIAGE: TRIAGE\nRETURN: RETURN\nCLOSE: CLOSE\nREHANDLE: REHANDLE\nSIGN_FOR: SIGN_FOR\nCALLBACK: CALLBACK\nACCEPTANCE: ACCEPTANCE\nMEDIATION: MEDIATION\nVERIFY: VERIFY\nNOTIFY_INFORMANT: NOTIFY_INFORMANT\nVERIFY_EXT: VERIFY_EXT\nTERMINATION_NOTICE: TERMINATION_NOTICE\nODR_SETTLEMENT: ODR_SETTLEMENT\nRESOLVE: RESOLVE\nDECISION: DECISION';

ALTER TABLE "deadline_policies" ADD COLUMN "priority" VARCHAR(12);

COMMENT ON COLUMN "ledger"."kind" IS 'RECEIVED: RECEIVED\nANSWERED: ANSWERED\nNOT_ACCEPTED: NOT_ACCEPTED\nTRANSFERRED_OUT: TRANSFERRED_OUT\nVOIDED: VOIDED\nVOICEMAIL_CALLED: VOICEMAIL_CALLED\nVOICEMAIL_REGISTERED: VOICEMAIL_REGISTERED\nSPLIT: SPLIT\nMERGED: MERGED\nFOLLOWER_JOINED: FOLLOWER_JOINED\nODR_ENROLLED: ODR_ENROLLED\nODR_ROUTED: ODR_ROUTED\nODR_SETTLED: ODR_SETTLED\nODR_DECLINED: ODR_DECLINED\nODR_EXPIRED: ODR_EXPIRED\nSUSPENDED: SUSPENDED\nRESUMED: RESUMED\nFILING_SUBMITTED: FILING_SUBMITTED\nDOCUMENT_VERIFIED: DOCUMENT_VERIFIED\nFILED: FILED\nFILING_REJECTED: FILING_REJECTED\nTERMINATED: TERMINATED\nNOTICE_GIVEN: NOTICE_GIVEN\nREOPENED: REOPENED\nEXTENSION_WITHDRAWN: EXTENSION_WITHDRAWN\nEXTENSION_LAPSED: EXTENSION_LAPSED\nDEADLINE_BREACHED: DEADLINE_BREACHED\nREMINDED: REMINDED\nESCALATED: ESCALATED\nSUPERVISION_SUGGESTED: SUPERVISION_SUGGESTED\nSUPERVISION_ANSWERED: SUPERVISION_ANSWERED\nINSTRUCTED: INSTRUCTED\nMEETING_HELD: MEETING_HELD\nREGIME_ENDED: REGIME_ENDED\nCALENDAR_AMENDED: CALENDAR_AMENDED\nDEADLINE_RECOMPUTED: DEADLINE_RECOMPUTED\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nDISPUTE_RAISED: DISPUTE_RAISED\nDISPUTE_UPHELD: DISPUTE_UPHELD\nUNIT_DESIGNATED: UNIT_DESIGNATED\nRECUSED: RECUSED\nRECUSAL_LIFTED: RECUSAL_LIFTED\nLAB_RESULT_ADDED: LAB_RESULT_ADDED\nRECTIFICATION_CLOSED: RECTIFICATION_CLOSED\nPATROL_PLANNED: PATROL_PLANNED\nPATROL_CANCELLED: PATROL_CANCELLED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nCALLBACK_SIGNED: CALLBACK_SIGNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\nSUPERVISED: SUPERVISED\nTAGGED: TAGGED\nREGIME_ACTIVATED: REGIME_ACTIVATED\nORIGINAL_READ: ORIGINAL_RE';

ALTER TABLE "regimes" ADD COLUMN "bulletin_period" VARCHAR(8) NOT NULL DEFAULT 'DAILY';

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

CREATE TABLE "check_lists" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "code" VARCHAR(40) NOT NULL UNIQUE,
    "name" VARCHAR(100) NOT NULL,
    "version" INT NOT NULL,
    "basis" VARCHAR(200) NOT NULL,
    "category_codes" TEXT[] NOT NULL,
    "items" TEXT[] NOT NULL
);
COMMENT ON TABLE "check_lists" IS 'One list for all jurisdictions. `category_codes`: first digits of the categories it is meant for, none: any case.';

CREATE TABLE "check_items" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "item" VARCHAR(200) NOT NULL,
    "result" VARCHAR(16) NOT NULL,
    "remark" VARCHAR(2000),
    "note_id" UUID NOT NULL REFERENCES "inspection_notes" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_check_items_note_id_f43a36" ON "check_items" ("note_id");
COMMENT ON COLUMN "check_items"."result" IS 'PASS: PASS\nFAIL: FAIL\nNOT_APPLICABLE: NOT_APPLICABLE';
COMMENT ON TABLE "check_items" IS '检查项: one line of the check list.';

CREATE TABLE "measures" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "kind" VARCHAR(12) NOT NULL,
    "subject" VARCHAR(200) NOT NULL,
    "record" TEXT NOT NULL,
    "note_id" UUID NOT NULL REFERENCES "inspection_notes" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_measures_note_id_07bfc6" ON "measures" ("note_id");
COMMENT ON COLUMN "measures"."kind" IS 'INTERVIEW: INTERVIEW\nSEIZURE: SEIZURE\nCLEARANCE: CLEARANCE';
COMMENT ON TABLE "measures" IS '现场措施: an interview, a seizure, a clearance; `subject` says of whom or what.';

CREATE TABLE "patrols" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "status" VARCHAR(10) NOT NULL,
    "due_at" TIMESTAMPTZ NOT NULL,
    "reason" TEXT NOT NULL,
    "planned_at" TIMESTAMPTZ NOT NULL,
    "ended_at" TIMESTAMPTZ,
    "cancel_reason" VARCHAR(2000),
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "planned_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_patrols_case_id_788183" ON "patrols" ("case_id");
CREATE INDEX "idx_patrols_office__cb4f30" ON "patrols" ("office_id");
CREATE INDEX "idx_patrols_planned_98d91c" ON "patrols" ("planned_by_id");
COMMENT ON COLUMN "patrols"."status" IS 'PLANNED: PLANNED\nDONE: DONE\nCANCELLED: CANCELLED';
COMMENT ON TABLE "patrols" IS '回头看: an unscheduled visit that is planned after closure, lest it begin again (FT-9).';

CREATE TABLE "photo_likenesses" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "distance" INT NOT NULL,
    "earlier_id" UUID NOT NULL REFERENCES "photos" ("id") ON DELETE RESTRICT,
    "photo_id" UUID NOT NULL REFERENCES "photos" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_photo_liken_earlier_8ebe3c" ON "photo_likenesses" ("earlier_id");
CREATE INDEX "idx_photo_liken_photo_i_537b1b" ON "photo_likenesses" ("photo_id");
COMMENT ON TABLE "photo_likenesses" IS '近似照片: two photos that look alike, kept with the later of the two; in how many of 64 bits they differ.';

CREATE TABLE "rapid_tests" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "item" VARCHAR(200) NOT NULL,
    "method" VARCHAR(200) NOT NULL,
    "kit_batch" VARCHAR(100) NOT NULL,
    "result" VARCHAR(14) NOT NULL,
    "retest_until" TIMESTAMPTZ,
    "note_id" UUID NOT NULL REFERENCES "inspection_notes" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_rapid_tests_note_id_1ba0fb" ON "rapid_tests" ("note_id");
COMMENT ON COLUMN "rapid_tests"."result" IS 'NOT_DETECTED: NOT_DETECTED\nSUSPECTED: SUSPECTED\nINVALID: INVALID';
COMMENT ON TABLE "rapid_tests" IS '快检: a quick test on the spot; a suspected failure goes to a laboratory (Food Safety Law art. 87, 112).';

CREATE TABLE "rectifications" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "kind" VARCHAR(8) NOT NULL,
    "requirement" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ,
    "closed_at" TIMESTAMPTZ,
    "case_id" UUID NOT NULL REFERENCES "cases" ("id") ON DELETE RESTRICT,
    "note_id" UUID NOT NULL REFERENCES "inspection_notes" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_rectificati_case_id_2bb7e1" ON "rectifications" ("case_id");
CREATE INDEX "idx_rectificati_note_id_57e88c" ON "rectifications" ("note_id");
CREATE INDEX "idx_rectificati_office__1b9b92" ON "rectifications" ("office_id");
COMMENT ON COLUMN "rectifications"."kind" IS 'ON_SPOT: ON_SPOT\nORDER: ORDER';
COMMENT ON TABLE "rectifications" IS '责令改正: what has to be put right, on the spot or by a day; `closed_at` when a recheck found it so.';

CREATE TABLE "samples" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "ordinal" INT NOT NULL,
    "product" VARCHAR(200) NOT NULL,
    "batch" VARCHAR(100),
    "quantity" VARCHAR(60) NOT NULL,
    "note_id" UUID NOT NULL REFERENCES "inspection_notes" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_samples_note_id_ec103c" ON "samples" ("note_id");
COMMENT ON TABLE "samples" IS '抽样: goods taken along to be tested.';

CREATE TABLE "lab_tests" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "laboratory" VARCHAR(200) NOT NULL,
    "report_number" VARCHAR(100) NOT NULL,
    "result" VARCHAR(16) NOT NULL,
    "reported_at" TIMESTAMPTZ NOT NULL,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "note_id" UUID NOT NULL REFERENCES "inspection_notes" ("id") ON DELETE RESTRICT,
    "rapid_test_id" UUID REFERENCES "rapid_tests" ("id") ON DELETE RESTRICT,
    "recorded_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "sample_id" UUID REFERENCES "samples" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_lab_tests_note_id_918043" ON "lab_tests" ("note_id");
CREATE INDEX "idx_lab_tests_rapid_t_b089d0" ON "lab_tests" ("rapid_test_id");
CREATE INDEX "idx_lab_tests_recorde_634aca" ON "lab_tests" ("recorded_by_id");
CREATE INDEX "idx_lab_tests_sample__3cb0ea" ON "lab_tests" ("sample_id");
COMMENT ON COLUMN "lab_tests"."result" IS 'CONFORMING: CONFORMING\nNON_CONFORMING: NON_CONFORMING';
COMMENT ON TABLE "lab_tests" IS '检验: a statutory laboratory''s answer about a rapid test, or about a sample.';

CREATE TABLE "upload_leases" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "upload_id" UUID NOT NULL UNIQUE,
    "holder" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE "upload_leases" IS 'Who writes to an unfinished upload just now: one at a time (tus).';

ALTER TABLE "inspection_notes" ADD COLUMN "clock_skew" INT;

ALTER TABLE "inspection_notes" ADD COLUMN "credentials_shown" BOOL NOT NULL DEFAULT TRUE;

ALTER TABLE "inspection_notes" ADD COLUMN "distance" DOUBLE PRECISION;

ALTER TABLE "inspection_notes" ADD COLUMN "mocked" BOOL NOT NULL DEFAULT FALSE;

ALTER TABLE "inspection_notes" ADD COLUMN "participants" TEXT[] NOT NULL DEFAULT '{}';

ALTER TABLE "inspection_notes" ADD COLUMN "patrol_id" UUID REFERENCES "patrols" ("id") ON DELETE RESTRICT;

ALTER TABLE "inspection_notes" ADD COLUMN "phone_replied_at" TIMESTAMPTZ;

ALTER TABLE "inspection_notes" ADD COLUMN "phone_reply" TEXT;

ALTER TABLE "inspection_notes" ADD COLUMN "rechecks_id" UUID REFERENCES "rectifications" ("id") ON DELETE RESTRICT;

ALTER TABLE "inspection_notes" ADD COLUMN "refusal_reason" VARCHAR(2000);

ALTER TABLE "inspection_notes" ADD COLUMN "signature" VARCHAR(10);

ALTER TABLE "inspection_notes" ADD COLUMN "task_order" VARCHAR(60);

ALTER TABLE "inspection_notes" ADD COLUMN "window_from" TIMESTAMPTZ;

ALTER TABLE "inspection_notes" ADD COLUMN "window_through" TIMESTAMPTZ;

ALTER TABLE "inspection_notes" ADD COLUMN "witness" VARCHAR(100);

ALTER TABLE "photos" ADD COLUMN "copied_at" TIMESTAMPTZ;

ALTER TABLE "photos" ADD COLUMN "copies" VARCHAR(8) NOT NULL DEFAULT 'PENDING';

ALTER TABLE "photos" ADD COLUMN "exif_device" VARCHAR(120);

ALTER TABLE "photos" ADD COLUMN "exif_latitude" DOUBLE PRECISION;

ALTER TABLE "photos" ADD COLUMN "exif_longitude" DOUBLE PRECISION;

ALTER TABLE "photos" ADD COLUMN "exif_taken_at" TIMESTAMPTZ;

ALTER TABLE "photos" ADD COLUMN "height" INT;

ALTER TABLE "photos" ADD COLUMN "likeness" BIGINT;

ALTER TABLE "photos" ADD COLUMN "width" INT;

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

CREATE TABLE "knowledge_articles" (
    "id" UUID NOT NULL  PRIMARY KEY,
    "jurisdiction_id" UUID NOT NULL,
    "article_id" UUID NOT NULL,
    "version" INT NOT NULL,
    "kind" VARCHAR(12) NOT NULL,
    "title" VARCHAR(200) NOT NULL,
    "body" TEXT NOT NULL,
    "source" VARCHAR(300),
    "category_codes" TEXT[] NOT NULL,
    "effective_from" TIMESTAMPTZ NOT NULL,
    "effective_until" TIMESTAMPTZ,
    "review_on" DATE NOT NULL,
    "status" VARCHAR(10) NOT NULL,
    "written_at" TIMESTAMPTZ NOT NULL,
    "decided_at" TIMESTAMPTZ,
    "decision_reason" VARCHAR(2000),
    "decided_by_id" UUID REFERENCES "persons" ("id") ON DELETE RESTRICT,
    "office_id" UUID NOT NULL REFERENCES "offices" ("id") ON DELETE RESTRICT,
    "written_by_id" UUID NOT NULL REFERENCES "persons" ("id") ON DELETE RESTRICT
);
CREATE INDEX "idx_knowledge_a_decided_f556ec" ON "knowledge_articles" ("decided_by_id");
CREATE INDEX "idx_knowledge_a_office__0f7a7e" ON "knowledge_articles" ("office_id");
CREATE INDEX "idx_knowledge_a_written_243c61" ON "knowledge_articles" ("written_by_id");
COMMENT ON COLUMN "knowledge_articles"."kind" IS 'ANSWER: ANSWER\nGUIDANCE: GUIDANCE\nANNOUNCEMENT: ANNOUNCEMENT\nREFERRAL: REFERRAL';
COMMENT ON COLUMN "knowledge_articles"."status" IS 'PENDING: PENDING\nAPPROVED: APPROVED\nREJECTED: REJECTED';
COMMENT ON TABLE "knowledge_articles" IS 'One version of one article. What it says never changes; `article_id` is the id of the first version.';

COMMENT ON COLUMN "ledger"."kind" IS 'RECEIVED: RECEIVED\nANSWERED: ANSWERED\nNOT_ACCEPTED: NOT_ACCEPTED\nTRANSFERRED_OUT: TRANSFERRED_OUT\nVOIDED: VOIDED\nVOICEMAIL_CALLED: VOICEMAIL_CALLED\nVOICEMAIL_REGISTERED: VOICEMAIL_REGISTERED\nSPLIT: SPLIT\nMERGED: MERGED\nFOLLOWER_JOINED: FOLLOWER_JOINED\nODR_ENROLLED: ODR_ENROLLED\nODR_ROUTED: ODR_ROUTED\nODR_SETTLED: ODR_SETTLED\nODR_DECLINED: ODR_DECLINED\nODR_EXPIRED: ODR_EXPIRED\nSUSPENDED: SUSPENDED\nRESUMED: RESUMED\nFILING_SUBMITTED: FILING_SUBMITTED\nDOCUMENT_VERIFIED: DOCUMENT_VERIFIED\nFILED: FILED\nFILING_REJECTED: FILING_REJECTED\nTERMINATED: TERMINATED\nNOTICE_GIVEN: NOTICE_GIVEN\nREOPENED: REOPENED\nEXTENSION_WITHDRAWN: EXTENSION_WITHDRAWN\nEXTENSION_LAPSED: EXTENSION_LAPSED\nDEADLINE_BREACHED: DEADLINE_BREACHED\nREMINDED: REMINDED\nESCALATED: ESCALATED\nSUPERVISION_SUGGESTED: SUPERVISION_SUGGESTED\nSUPERVISION_ANSWERED: SUPERVISION_ANSWERED\nINSTRUCTED: INSTRUCTED\nMEETING_HELD: MEETING_HELD\nREGIME_ENDED: REGIME_ENDED\nARTICLE_SAVED: ARTICLE_SAVED\nARTICLE_APPROVED: ARTICLE_APPROVED\nARTICLE_REJECTED: ARTICLE_REJECTED\nCALENDAR_AMENDED: CALENDAR_AMENDED\nDEADLINE_RECOMPUTED: DEADLINE_RECOMPUTED\nDISPATCHED: DISPATCHED\nSIGNED_FOR: SIGNED_FOR\nINSPECTION_NOTE_ADDED: INSPECTION_NOTE_ADDED\nPHOTO_VERIFIED: PHOTO_VERIFIED\nCO_RESULT_SUBMITTED: CO_RESULT_SUBMITTED\nRESULT_SUBMITTED: RESULT_SUBMITTED\nSENT_BACK: SENT_BACK\nSIGNED_OFF: SIGNED_OFF\nEXTENSION_REQUESTED: EXTENSION_REQUESTED\nEXTENSION_APPROVED: EXTENSION_APPROVED\nEXTENSION_REJECTED: EXTENSION_REJECTED\nRETURN_REQUESTED: RETURN_REQUESTED\nRETURN_APPROVED: RETURN_APPROVED\nRETURN_REJECTED: RETURN_REJECTED\nDISPUTE_RAISED: DISPUTE_RAISED\nDISPUTE_UPHELD: DISPUTE_UPHELD\nUNIT_DESIGNATED: UNIT_DESIGNATED\nRECUSED: RECUSED\nRECUSAL_LIFTED: RECUSAL_LIFTED\nLAB_RESULT_ADDED: LAB_RESULT_ADDED\nRECTIFICATION_CLOSED: RECTIFICATION_CLOSED\nPATROL_PLANNED: PATROL_PLANNED\nPATROL_CANCELLED: PATROL_CANCELLED\nCALLBACK_ATTEMPTED: CALLBACK_ATTEMPTED\nCALLBACK_RECORDED: CALLBACK_RECORDED\nCALLBACK_RETURNED: CALLBACK_RETURNED\nCALLBACK_SIGNED: CALLBACK_SIGNED\nARCHIVED: ARCHIVED\nREHANDLING_OPENED: REHANDLING_OPENED\n';

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
