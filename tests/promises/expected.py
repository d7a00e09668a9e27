"""Who is told what, written down for people to read (domain of duties 4.3, privacy matrix 2.8). Nothing here asks the code.

The case was received at the city bureau (`top`), is led by the county `east`, has nothing to do with the county `west`;
`stall` is an office below `east`. Its result is signed off, and the citizen waits for another call.
"""

from __future__ import annotations

from tests.promises.staff import ADDRESS, NAME, PHONE, TITLE, WORDS

WITHHELD = "〔按隐私规定不公开〕"
REDACTED = "〔已隐去〕"

# Who sees a case at all, and how its citizen: name, phone, address, and the citizen's own words.
# F full, M masked, P pseudonym, R redacted, H hidden; ---- the case does not exist for this caller.
CITIZEN = """
role                 at             complaint  confidential  report
AGENT                own intake     FFFF       FFFF          FFFF
AGENT                top east       MMMF       MMMF          ----
DISPATCHER           top east       MMMF       MMMF          MMMF
ADVISER              top            MMMF       PHHR          ----
ADVISER              east           MMMF       PHHR          PHHR
CLERK                top            MMHF       PHHR          ----
CLERK                east           FFMF       PHHR          PHHR
INSPECTOR            top            MMHF       PHHR          ----
INSPECTOR            east           FFMF       PHHR          PHHR
RESPONSIBLE_PERSON   top            MMHF       PHHR          ----
RESPONSIBLE_PERSON   east           FFMF       PHHR          PHHR
SECTION_OFFICER      top east       MMHF       MMHF          MMHF
CALLBACK_OFFICER     top            FFHF       FFHF          FFHF
CALLBACK_OFFICER     east           MMHF       MMHF          MMHF
CALLBACK_REVIEWER    top east       MMHF       MMHF          MMHF
SUPERVISION_OFFICER  top east       MMHF       MMHF          MMHF
DUTY_LEADER          top east       MMHF       MMHF          MMHF
LEADER               top east       MMHF       MMHF          MMHF
ANALYST              top east       MMHF       MMHF          MMHF
AUDITOR              top east       MMHF       MMHF          MMHF
INTEGRATOR           top east       HHHH       HHHH          ----
ODR_ENTERPRISE       nowhere        ----       ----          ----
ADMIN                nowhere        ----       ----          ----
"""  # At `west`, at `stall` and in another city nobody sees any of the three.

ENTERPRISE = "FMHR"  # what was routed to an enterprise, to its own users: the citizen chose to settle with it

KINDS = ("complaint", "confidential", "report")
NAMES = {"F": NAME, "M": "欧阳**", "P": None, "H": None}
PSEUDONYMS = {"complaint": "投诉人", "confidential": "投诉人", "report": "举报人"}
PHONES = {"F": PHONE, "M": "140****5678", "H": None}
ADDRESSES = {"F": ADDRESS, "M": "云溪市东县**", "H": None}
TITLES = {"F": TITLE, "R": TITLE.replace(NAME, REDACTED), "H": "口罩等防疫用品价格"}
DESCRIPTIONS = {"F": WORDS, "R": WORDS.replace(NAME, REDACTED).replace(PHONE, REDACTED), "H": WITHHELD}
PLACES = {"F": "人民路药店", "R": None, "H": None}

# Beside the case: who sees its photos, reads their originals, sees where an inspector stood, and decides what waits.
PHOTOS = """DISPATCHER ADVISER CLERK INSPECTOR RESPONSIBLE_PERSON SECTION_OFFICER CALLBACK_REVIEWER SUPERVISION_OFFICER
DUTY_LEADER LEADER ANALYST AUDITOR"""
ORIGINALS = "CLERK INSPECTOR RESPONSIBLE_PERSON SECTION_OFFICER SUPERVISION_OFFICER DUTY_LEADER LEADER"
POSITIONS = "DISPATCHER SECTION_OFFICER CALLBACK_REVIEWER SUPERVISION_OFFICER DUTY_LEADER LEADER ANALYST AUDITOR"
OWN_POSITIONS = "ADVISER CLERK INSPECTOR RESPONSIBLE_PERSON"  # those of the unit that inspected, and of no other
SPLITS = f"AGENT {POSITIONS}"  # what was split from it: a unit would find the complaint of its informant
REPEATS = POSITIONS  # whether a case repeats another tells of that other one
OVERSEES = POSITIONS.split()  # nor does what suggests supervision go beyond the centre
AUDIT = "AUDITOR"
DECIDES = {
    "SIGN_OFF": {"RESPONSIBLE_PERSON@east"},
    "EXTENSION": {"SECTION_OFFICER@top"},  # never the section of the unit that asks
    "FILING": {"SECTION_OFFICER@top"},
    "RETURN": {"DISPATCHER@top"},  # nor a dispatcher of the unit that asks
    "DISPUTE": {"LEADER@top"},
    "CALLBACK_REVIEW": {"CALLBACK_REVIEWER@top", "CALLBACK_REVIEWER@east"},
}
TASKS = "CLERK INSPECTOR RESPONSIBLE_PERSON"  # of a unit have what it is to visit, and of no other
ENTERPRISES = "DISPATCHER AUDITOR ADMIN"  # list those that are enrolled
THIRD_PARTIES = "INTEGRATOR ODR_ENTERPRISE"  # see no staff
OUT_OF_THE_OFFICE_TREE = "ODR_ENTERPRISE"  # sees the one office where its own role is held

# Whose lists and figures: a subtree. Figures are told to everybody but an enterprise; offices below one's own count.
BELOW = {"top": {"top", "east", "west", "stall"}, "east": {"east", "stall"}, "west": {"west"}, "stall": {"stall"}}
NO_FIGURES = "ODR_ENTERPRISE"
# What was answered at intake is told to the bureau, and not to third parties; no unit has a part in it.
ANSWERED = """AGENT DISPATCHER SECTION_OFFICER CALLBACK_OFFICER CALLBACK_REVIEWER SUPERVISION_OFFICER DUTY_LEADER LEADER
ANALYST AUDITOR"""

# Every field of every type that can be fetched by an id, and by which rule it is told.
#   plain: the same to whoever sees the object       link: an object or objects, as far as each is in sight
#   the rest: by the rule of that name, above or in the test
FIELDS: dict[str, dict[str, str]] = {
    "Approval": {
        "plain": "kind requestedAt escalatedAt",
        "link": "case requestedBy extension returnRequest dispute filingReport callback result",
    },
    "Assignment": {"plain": "role status dispatchedAt signedForAt", "link": "office", "repeat": "isRepeat"},
    "Callback": {
        "plain": "round attempt outcome level resolved calledAt reviewDecision reviewedAt exempted",
        "link": "case follower caller reviewer",
        "staff": "remark reviewReason",
    },
    "Case": {
        "plain": "number version kind channel status priority isUrgent tags divisionCode receivedAt registeredAt"
        " updatedAt dueAt closedAt isOverdue round recoveredLoss mergedAt",
        "link": "category leadOffice intakeOffice assignments deadlines rounds respondent complainant results"
        " inspectionNotes extensions returnRequests disputes nonAcceptances transfers terminations notices reopenings voidings"
        " signOffs callbacks supervisions timeline pauses filingReports reminders suggestions instructions meetings"
        " odrRoutings voicemailCalls mergedInto followers recusals againstSameRespondent rectifications patrols",
        "split": "splitFrom splits",
        "title": "title",
        "description": "description",
        "place": "place",
        "answer": "answer",
        "missing": "missingParticulars",
    },
    "CaseEvent": {"plain": "kind occurredAt caseId caseVersion", "link": "case", "own": "cursor"},
    "Category": {"plain": "code name"},
    "CheckList": {"plain": "code name version basis categoryCodes items"},
    "Deadline": {
        "plain": "round kind clock amount unit startAt dueAt originalDueAt metAt breachedAt dueAtProvisional"
        " basisUnconfirmed calendarVersion trace stoppedAt",
        "link": "policy",
    },
    "DeadlinePolicy": {"plain": "version legalBasis confirmed priority"},
    "Dispute": {
        "plain": "status raisedAt decidedAt",
        "link": "case returnRequest office designatedOffice raisedBy decidedBy",
        "staff": "reason legalBasis decisionReason",
    },
    "CheckItem": {"plain": "item result remark"},
    "KnowledgeArticle": {
        "plain": "articleId version kind title body source categoryCodes effectiveFrom effectiveUntil isInForce reviewOn"
        " isReviewDue status writtenAt decidedAt",
        "link": "office writtenBy decidedBy",
        "staff": "decisionReason",
    },
    "LabTest": {
        "plain": "laboratory reportNumber result reportedAt recordedAt",
        "link": "inspectionNote rapidTest sample recordedBy",
    },
    "Measure": {"plain": "kind subject record"},
    "Patrol": {
        "plain": "status dueAt reason plannedAt endedAt cancelReason",
        "link": "case office plannedBy visits",
    },
    "RapidTest": {"plain": "item method kitBatch result isFinal retestUntil", "link": "labTests"},
    "Rectification": {
        "plain": "kind requirement dueAt closedAt isOverdue",
        "link": "case office inspectionNote rechecks",
    },
    "Sample": {"plain": "product batch quantity", "link": "labTests"},
    "Task": {"plain": "kind dueAt isOverdue", "link": "case office rectification patrol", "apart": "distance"},
    "ExtensionRequest": {
        "plain": "round status deadlineKind workingDays requestedAt oldDueAt newDueAt decidedAt",
        "link": "case office requestedBy decidedBy",
        "staff": "reason decisionReason",
    },
    "FilingReport": {
        "plain": "round status cause process recommendation sha256 byteSize contentType documentStatus submittedAt"
        " documentReceivedAt decidedAt decisionReason",
        "link": "case office submittedBy decidedBy",
        "document": "documentUrl",
        "nobody": "documentUploadUrl",
    },
    "HandlingResult": {
        "plain": "round isCoResult department outcome recoveredLoss submittedAt",
        "link": "office handlers",
        "staff": "reply overrideReason",
    },
    "InspectionNote": {
        "plain": "round visitType capturedAt receivedAt lateArrival clockSkewed clockSkew mocked credentialsShown windowFrom"
        " windowThrough signature phoneRepliedAt",
        "link": "case office inspectors photos checkItems samples rapidTests measures rectifications rechecks patrol",
        "staff": "findings taskOrder refusalReason witness phoneReply",
        "position": "position distance isFar",
        "bodies": "participants",
    },
    "Instruction": {"plain": "instructedAt", "link": "instructedBy", "staff": "text"},
    "Meeting": {"plain": "heldAt officeCodes recordedAt", "link": "recordedBy", "staff": "minutes"},
    "NonAcceptance": {"plain": "ground decidedAt", "link": "decidedBy", "staff": "notice"},
    "Notice": {"plain": "round kind givenAt", "link": "givenBy", "staff": "text"},
    "OdrEnterprise": {"plain": "name uscc enrolledAt", "link": "office"},
    "OdrRouting": {
        "plain": "status routedAt concludedAt amount",
        "link": "enterprise routedBy concludedBy",
        "settlement": "settlement reason",
    },
    "Office": {
        "plain": "code name kind divisionCode bulletinPeriod",
        "link": "parent children staff cases",
        "apart": "kpis",
    },
    "Party": {"plain": "wantsConfidentiality", "name": "name", "phone": "phone", "address": "address"},
    "Pause": {
        "plain": "reason startedAt endedAt",
        "link": "startedBy endedBy",
        "staff": "evidence endEvidence",
    },
    "Person": {"plain": "login name", "link": "office"},
    "Photo": {
        "plain": "sha256 byteSize contentType status capturedAt receivedAt copies width height discrepancies"
        " thumbnailUrl screenUrl",
        "link": "lookAlikes",
        "upload": "uploadUrl",
        "original": "url",
        "exif": "exif",
    },
    "PhotoLikeness": {"plain": "distance", "link": "photo"},
    "Reopening": {"plain": "round reopenedAt", "link": "reopenedBy", "staff": "newFacts reason"},
    "Regime": {
        "plain": "name tag policy bulletinPeriod basis calendarMode startedAt endedAt isActive",
        "staff": "endReason",
    },
    "Reminder": {"plain": "stage addressees dueAt openedAt"},
    "Recusal": {
        "plain": "declaredAt liftedAt",
        "link": "person declaredBy liftedBy",
        "staff": "reason liftReason",
    },
    "Respondent": {"plain": "name uscc address"},
    "ReturnRequest": {
        "plain": "status requestedAt decidedAt",
        "link": "case office suggestedOffice requestedBy decidedBy",
        "staff": "reason legalBasis decisionReason",
    },
    "Round": {"plain": "number openedAt closedAt sentBackCount"},
    "SignOff": {"plain": "round decision decidedAt", "link": "decidedBy", "staff": "reason"},
    "Termination": {"plain": "round ground terminatedAt", "link": "terminatedBy", "staff": "reason"},
    "TransferOut": {"plain": "receivingBody transferredAt", "link": "transferredBy", "staff": "notice"},
    "Voiding": {"plain": "ground voidedAt", "link": "voidedBy", "staff": "reason"},
    "VoicemailCall": {"plain": "reached calledAt", "link": "calledBy", "staff": "remark"},
    "SupervisionOrder": {
        "plain": "kind orderedAt answerBy trigger answeredAt isLate",
        "link": "case orderedBy answeredBy",
        "staff": "reason answer",
    },
    "SupervisionSuggestion": {"plain": "round trigger suggestedAt"},
}
