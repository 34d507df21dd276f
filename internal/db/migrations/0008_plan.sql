-- +goose Up
-- A unit's programme of action for a rollout: goals, targets and tasks, drafted,
-- adopted, and published to the units below. A block is the name of a row for
-- good, eight letters.

CREATE TABLE plan (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id),
    rollout      TEXT NOT NULL REFERENCES rollout (id),
    title        TEXT NOT NULL,
    fold         TEXT NOT NULL,
    basis        TEXT NOT NULL, -- the papers it rests on, beyond the rollout's own
    organisation TEXT NOT NULL, -- how it is carried out, in words
    state        TEXT NOT NULL, -- draft, submitted, adopted
    symbol       TEXT NOT NULL, -- number and symbol typed at the adoption; '' where the register gives them
    paper_day    TEXT NOT NULL, -- of the paper with that symbol, ''
    edition      BIGINT NOT NULL, -- version of its text that was adopted, 0 if none is kept
    carries      TEXT NOT NULL, -- ids of all clauses its rows carry out, as clause_use has them: what is counted reads a row for each plan
    tell         TEXT NOT NULL, -- what the units directly below are still to be told: adopted, reopened, ''
    told         TEXT NOT NULL /*C*/, -- path of the last of them
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    UNIQUE (rollout, unit)
);
CREATE INDEX plan_unit ON plan (unit);

CREATE TABLE plan_goal (
    plan   TEXT NOT NULL REFERENCES plan (id),
    n      BIGINT NOT NULL,
    block  TEXT NOT NULL,
    text   TEXT NOT NULL,
    target TEXT NOT NULL, -- the value aimed at, in words: "100 % đoàn viên"
    PRIMARY KEY (plan, n)
);

CREATE TABLE plan_target (
    plan      TEXT NOT NULL REFERENCES plan (id),
    n         BIGINT NOT NULL,
    block     TEXT NOT NULL,
    indicator TEXT NOT NULL, -- what is counted, in words
    value     TEXT NOT NULL, -- a number as it is written: "1.000", "95,5"
    unit      TEXT NOT NULL, -- "%", "lớp"
    direction TEXT NOT NULL, -- up: at least that; down: at most
    PRIMARY KEY (plan, n)
);

CREATE TABLE plan_task (
    plan        TEXT NOT NULL REFERENCES plan (id),
    n           BIGINT NOT NULL,
    block       TEXT NOT NULL,
    text        TEXT NOT NULL,
    lead        TEXT NOT NULL, -- exactly one, who answers for it, in words
    lead_unit   BIGINT REFERENCES unit (id), -- or a unit
    partners    TEXT NOT NULL,
    deliverable TEXT NOT NULL, -- a task without one cannot be counted as done
    day         TEXT NOT NULL,
    wording     TEXT NOT NULL, -- before, until
    PRIMARY KEY (plan, n)
);

CREATE TABLE plan_event (
    id         TEXT PRIMARY KEY,
    plan       TEXT NOT NULL REFERENCES plan (id),
    kind       TEXT NOT NULL, -- submitted, returned, adopted, reopened
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    office     TEXT NOT NULL, -- the office in which it was adopted
    reason     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    seq        BIGINT NOT NULL -- order within a second
);
CREATE INDEX plan_event_plan ON plan_event (plan);
