-- Version 1. Never edited once released: later versions are appended to the list in store.rs.
CREATE TABLE applications (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    slug          TEXT NOT NULL UNIQUE,
    company       TEXT NOT NULL,
    role          TEXT NOT NULL,
    role_short    TEXT,
    country       TEXT,
    zone          TEXT,
    tone          TEXT NOT NULL,
    contact       TEXT,
    agent         TEXT,
    decision      TEXT,
    decision_said TEXT,
    decision_by   TEXT,
    closed_reason TEXT,
    closed_at     TEXT
) STRICT;
CREATE INDEX applications_open ON applications (slug) WHERE closed_at IS NULL;
CREATE INDEX applications_closed ON applications (closed_at) WHERE closed_at IS NOT NULL;

CREATE TABLE people (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    application INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    key         TEXT NOT NULL,
    name        TEXT NOT NULL,
    goes_by     TEXT,
    honorific   TEXT,
    title       TEXT,
    address     TEXT,
    away_until  TEXT,
    UNIQUE (application, key)
) STRICT;

CREATE TABLE interviews (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    application   INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    round         INTEGER NOT NULL CHECK (round > 0),
    ended         TEXT NOT NULL,
    zone          TEXT NOT NULL,
    kind          TEXT NOT NULL,
    end_known     TEXT NOT NULL CHECK (end_known IN ('told', 'bare-day', 'from-start')),
    minutes       INTEGER,
    UNIQUE (application, round)
) STRICT;

CREATE TABLE meetings (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    interview INTEGER NOT NULL REFERENCES interviews (id) ON DELETE CASCADE,
    person    TEXT NOT NULL,
    UNIQUE (interview, person)
) STRICT;

CREATE TABLE topics (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    meeting INTEGER NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    what    TEXT NOT NULL,
    why     TEXT,
    fit     TEXT,
    need    TEXT
) STRICT;
CREATE INDEX topics_of_meeting ON topics (meeting);

CREATE TABLE heard (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    application INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    at          TEXT NOT NULL,
    news        TEXT NOT NULL
) STRICT;
CREATE INDEX heard_of_application ON heard (application);

-- The story of an application in the order in which it was told.
CREATE TABLE story (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    application TEXT NOT NULL,
    at          TEXT NOT NULL,
    what        TEXT NOT NULL
) STRICT;
CREATE INDEX story_of_application ON story (application);

CREATE TABLE notes (
    number            INTEGER PRIMARY KEY AUTOINCREMENT,
    id                TEXT NOT NULL UNIQUE,
    application       TEXT NOT NULL,
    person            TEXT NOT NULL,
    round             INTEGER NOT NULL,
    kind              TEXT NOT NULL,
    ordinal           INTEGER NOT NULL,
    state             TEXT NOT NULL CHECK (state IN ('drafted', 'approved', 'claimed', 'sending',
                          'sent', 'unsure', 'refused', 'expired', 'withdrawn', 'answered', 'bounced')),
    template          TEXT NOT NULL,
    sender            TEXT,
    recipient         TEXT,
    subject           TEXT NOT NULL,
    body              TEXT NOT NULL,
    edited            INTEGER NOT NULL,
    facts             TEXT NOT NULL,
    shown             TEXT,
    departs_on        TEXT NOT NULL,
    send_before       TEXT,
    -- In UTC, so that they can be compared: the planned departure, and no attempt by the timer before.
    send_after        TEXT,
    next_try          TEXT,
    message_id        TEXT UNIQUE,
    server_message_id TEXT,
    in_reply_to       TEXT,
    reference_ids     TEXT NOT NULL,
    allowed           TEXT NOT NULL,
    wire              BLOB,
    wire_sha256       BLOB,
    claimed_by        TEXT,
    -- Times that its present bytes were offered, and times that its id was, as the journal counts.
    offers            INTEGER NOT NULL DEFAULT 0,
    journaled         INTEGER NOT NULL DEFAULT 0,
    attempts          INTEGER NOT NULL DEFAULT 0,
    sent_at           TEXT,
    -- The copy in the folder of sent mail: it is still to be put there, or it is there.
    copy              TEXT CHECK (copy IN ('due', 'filed')),
    detail            TEXT,
    created_at        TEXT NOT NULL
) STRICT;
CREATE INDEX notes_of_application ON notes (application);
CREATE INDEX notes_open ON notes (state) WHERE state NOT IN ('sent', 'withdrawn', 'answered', 'bounced');

-- The last run of the timer that could do its work.
CREATE TABLE heartbeat (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    at TEXT NOT NULL
) STRICT;

CREATE INDEX notes_to_file ON notes (number) WHERE copy = 'due';

-- What was seen in the mailbox, so that nothing is applied or asked about twice.
CREATE TABLE mail (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    message     TEXT NOT NULL,
    application TEXT NOT NULL,
    note        TEXT,
    kind        TEXT NOT NULL,
    sender      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    received    TEXT NOT NULL,
    detail      TEXT NOT NULL,
    -- Its owner is to say whether it is what it seems to be; or nothing is to be asked.
    question    TEXT NOT NULL CHECK (question IN ('none', 'open', 'yes', 'no')),
    UNIQUE (message, application)
) STRICT;
CREATE INDEX mail_questions ON mail (application) WHERE question = 'open';

CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Every step of every note, and what the server said.
CREATE TABLE attempts (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    note TEXT NOT NULL,
    at   TEXT NOT NULL,
    step TEXT NOT NULL,
    text TEXT
) STRICT;
CREATE INDEX attempts_of_note ON attempts (note);

-- The same table as `domain::outbox`: no defect and no older program takes another step.
CREATE TRIGGER notes_begin_as_drafts BEFORE INSERT ON notes
WHEN NEW.state <> 'drafted'
BEGIN
    SELECT RAISE(ABORT, 'a note begins as a draft');
END;

CREATE TRIGGER notes_take_legal_steps BEFORE UPDATE OF state ON notes
WHEN OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN (
    'drafted>approved', 'drafted>withdrawn', 'drafted>sent', 'drafted>unsure',
    'approved>drafted', 'approved>expired', 'approved>withdrawn', 'approved>claimed',
    'approved>sent', 'approved>unsure',
    'expired>approved', 'expired>drafted', 'expired>withdrawn',
    'claimed>approved', 'claimed>refused', 'claimed>sending',
    'sending>approved', 'sending>refused', 'sending>sent', 'sending>unsure',
    'refused>drafted',
    'unsure>sent', 'unsure>approved', 'unsure>bounced',
    'sent>answered', 'sent>bounced'
)
BEGIN
    SELECT RAISE(ABORT, 'no such step');
END;

-- What was once offered to a server stays byte for byte what it was, unless it was refused for good.
CREATE TRIGGER notes_keep_offered_bytes BEFORE UPDATE OF wire ON notes
WHEN OLD.offers > 0 AND NEW.wire IS NOT OLD.wire AND OLD.state <> 'refused'
BEGIN
    SELECT RAISE(ABORT, 'offered bytes never change');
END;

-- Neither does its id, and nobody forgets that it was offered. A final refusal gives the bytes back,
-- but the journal still knows the id.
CREATE TRIGGER notes_keep_offered_ids BEFORE UPDATE OF message_id ON notes
WHEN OLD.offers > 0 AND NEW.message_id IS NOT OLD.message_id
BEGIN
    SELECT RAISE(ABORT, 'an offered id never changes');
END;

CREATE TRIGGER notes_keep_their_count BEFORE UPDATE OF offers, journaled ON notes
WHEN NEW.journaled < OLD.journaled OR (NEW.offers < OLD.offers AND OLD.state <> 'refused')
BEGIN
    SELECT RAISE(ABORT, 'an offer is never forgotten');
END;
