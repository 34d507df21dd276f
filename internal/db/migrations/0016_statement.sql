-- +goose Up
-- Statement forms, what each asks, and what units have stated by a paper.

CREATE TABLE statement_form (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id), -- owner; its subtree may state
    title        TEXT NOT NULL,
    period       TEXT NOT NULL, -- as written: "năm 2020"
    fold         TEXT NOT NULL,
    rollout      TEXT NOT NULL, -- '' if it belongs to none
    directive    TEXT NOT NULL, -- '' if it belongs to none
    last_day     TEXT NOT NULL, -- '' if it has none
    state        TEXT NOT NULL, -- open, closed
    sheet        BIGINT NOT NULL,
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    closed_name  TEXT NOT NULL,
    closed_at    BIGINT,
    version      BIGINT NOT NULL
);
CREATE INDEX statement_form_unit ON statement_form (unit);

CREATE TABLE statement_item (
    form  TEXT NOT NULL REFERENCES statement_form (id),
    n     BIGINT NOT NULL, -- from 1; the lanes of the sheet bear it
    key   TEXT NOT NULL,
    label TEXT NOT NULL,
    word  TEXT NOT NULL, -- what is counted: "mô hình"
    kind  TEXT NOT NULL, -- count, ratio, percent
    PRIMARY KEY (form, n)
) /*clustered*/;

-- The units of which a statement is expected, as they stood at the opening.
CREATE TABLE statement_asked (
    form TEXT NOT NULL REFERENCES statement_form (id),
    unit BIGINT NOT NULL REFERENCES unit (id),
    PRIMARY KEY (form, unit)
) /*clustered*/;
CREATE INDEX statement_asked_unit ON statement_asked (unit);

CREATE TABLE statement (
    id         TEXT PRIMARY KEY,
    form       TEXT NOT NULL REFERENCES statement_form (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    whole      SMALLINT NOT NULL, -- 1: with everything under the unit
    signer     TEXT NOT NULL,
    paper      TEXT NOT NULL,
    day        TEXT NOT NULL, -- of the paper
    file       TEXT REFERENCES file (id),
    replaces   TEXT NOT NULL, -- statement it takes the place of, ''
    reason     TEXT NOT NULL, -- why it does
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    seq        BIGINT NOT NULL,
    ended_at   BIGINT, -- NULL while it stands
    ended_name TEXT NOT NULL,
    ended_why  TEXT NOT NULL
);
CREATE UNIQUE INDEX statement_one ON statement (form, unit) WHERE ended_at IS NULL;
CREATE INDEX statement_form_seq ON statement (form, unit, seq);

CREATE TABLE statement_figure (
    statement TEXT NOT NULL REFERENCES statement (id),
    n         BIGINT NOT NULL, -- item of the form
    value     BIGINT NOT NULL, -- hundredths for a percentage
    base      BIGINT NOT NULL, -- of a ratio
    bound     TEXT NOT NULL, -- exact, more, less
    words     TEXT NOT NULL, -- as the paper says it, ''
    PRIMARY KEY (statement, n)
) /*clustered*/;
