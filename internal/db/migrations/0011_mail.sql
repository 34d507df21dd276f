-- +goose Up
-- Notices sent on by mail, and rules that remind of deadlines.

ALTER TABLE notice ADD COLUMN taken_at BIGINT; -- when it was looked at for mail, NULL before
UPDATE notice SET taken_at = at;
CREATE INDEX notice_fresh ON notice (seq) WHERE taken_at IS NULL;

CREATE TABLE mail_address (
    account      TEXT PRIMARY KEY REFERENCES account (id),
    address      TEXT NOT NULL, -- '' for none
    choice       TEXT NOT NULL, -- none, at_once, daily
    lang         TEXT NOT NULL, -- of the letters
    confirmed_at BIGINT, -- NULL until its owner has used the code mailed to it
    code         TEXT NOT NULL, -- SHA-256 of that code, '' once used
    code_until   BIGINT NOT NULL,
    leave        TEXT NOT NULL, -- secret in the link by which one stops the letters
    failing_at   BIGINT, -- when a server said there is no such mailbox
    failing      TEXT NOT NULL, -- in its words
    version      BIGINT NOT NULL
);
CREATE UNIQUE INDEX mail_address_leave ON mail_address (leave);
CREATE INDEX mail_address_code ON mail_address (code) WHERE code <> '';

-- A letter to one person, with the address and language of the time it was made.
CREATE TABLE mail (
    id      TEXT PRIMARY KEY, -- also of the Message-ID
    account TEXT NOT NULL REFERENCES account (id),
    kind    TEXT NOT NULL, -- confirm, notices
    address TEXT NOT NULL,
    lang    TEXT NOT NULL,
    secret  TEXT NOT NULL, -- code of a confirmation until it is sent
    state   TEXT NOT NULL, -- waiting, sent, failed, bounced, dropped
    at      BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    next_at BIGINT NOT NULL, -- when it is tried
    tries   BIGINT NOT NULL,
    answer  TEXT NOT NULL, -- what the server said last
    done_at BIGINT
);
CREATE INDEX mail_due ON mail (next_at) WHERE state = 'waiting';
CREATE INDEX mail_account ON mail (account, seq);
CREATE INDEX mail_seq ON mail (seq);

-- The notices of a letter; each goes out once.
CREATE TABLE mail_notice (
    notice  TEXT PRIMARY KEY REFERENCES notice (id),
    account TEXT NOT NULL REFERENCES account (id),
    mail    TEXT REFERENCES mail (id) -- NULL until the daily letter is made
);
CREATE INDEX mail_notice_mail ON mail_notice (mail);
CREATE INDEX mail_notice_waiting ON mail_notice (account) WHERE mail IS NULL;

-- When the rollouts of a unit remind those who have not done yet. A unit without
-- rows has the usual rules.
CREATE TABLE remind_rule (
    unit       BIGINT NOT NULL REFERENCES unit (id),
    days       BIGINT NOT NULL, -- from the last day: -7 a week before, 0 on it, 1 the day after
    enabled    SMALLINT NOT NULL,
    actor_name TEXT NOT NULL, -- who wrote or switched it last, '' for one of the usual
    at         BIGINT NOT NULL,
    PRIMARY KEY (unit, days)
);

-- Each unit is reminded of each step by each rule once for a last day.
CREATE TABLE remind_done (
    rollout TEXT NOT NULL REFERENCES rollout (id),
    step    TEXT NOT NULL,
    unit    BIGINT NOT NULL REFERENCES unit (id),
    due     TEXT NOT NULL,
    days    BIGINT NOT NULL,
    host    BIGINT NOT NULL, -- unit whose rule it was
    told    BIGINT NOT NULL, -- people
    at      BIGINT NOT NULL,
    PRIMARY KEY (rollout, step, unit, due, days)
);
CREATE INDEX remind_done_host ON remind_done (host, at);
