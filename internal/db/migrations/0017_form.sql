-- +goose Up
-- Forms that are asked again every period, and what units report in them.

CREATE TABLE form (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id), -- owner; its subtree reports
    title        TEXT NOT NULL,
    fold         TEXT NOT NULL,
    asks         TEXT NOT NULL, -- who reports: leaf (units without others under them), under (directly under the owner), all
    state        TEXT NOT NULL, -- draft, open, closed
    edition      BIGINT NOT NULL, -- the one in use; of a draft its first
    drafting     BIGINT NOT NULL, -- the one that is being drafted beside it, 0: none
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX form_unit ON form (unit);
CREATE INDEX form_tree ON form (tree, entered_at, id);

-- What a form asks, as it changes: a period keeps the edition it was opened with.
CREATE TABLE form_edition (
    form         TEXT NOT NULL REFERENCES form (id),
    n            BIGINT NOT NULL, -- from 1
    state        TEXT NOT NULL, -- draft, open
    steps        BIGINT NOT NULL, -- what a return goes through: 0 none, 1 signed and accepted, 2 approved before
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    PRIMARY KEY (form, n)
) /*clustered*/;

CREATE TABLE form_item (
    form     TEXT NOT NULL REFERENCES form (id),
    edition  BIGINT NOT NULL,
    n        BIGINT NOT NULL, -- from 1; the lane of the sheet
    key      TEXT NOT NULL, -- the same in all editions
    section  TEXT NOT NULL,
    label    TEXT NOT NULL,
    word     TEXT NOT NULL, -- what is counted: "người"
    kind     TEXT NOT NULL, -- figure, yesno, formula, tally, text
    decimals BIGINT NOT NULL, -- figures are whole numbers of 10^-decimals
    over     TEXT NOT NULL, -- of several periods: sum, last, min, max
    needed   SMALLINT NOT NULL, -- 1: a report without it is refused
    low      BIGINT NOT NULL,
    high     BIGINT NOT NULL,
    formula  TEXT NOT NULL,
    source   TEXT NOT NULL, -- of a tally item
    of_key   TEXT NOT NULL, -- of a companion: the item it belongs to
    part     TEXT NOT NULL, -- "estimate", or which part of it
    PRIMARY KEY (form, edition, n)
) /*clustered*/;

-- One sheet each.
CREATE TABLE form_period (
    id           TEXT PRIMARY KEY,
    form         TEXT NOT NULL REFERENCES form (id),
    edition      BIGINT NOT NULL, -- of the form
    n            BIGINT NOT NULL, -- from 1, in the order of time
    name         TEXT NOT NULL, -- "Tháng 3/2025"
    from_day     TEXT NOT NULL,
    to_day       TEXT NOT NULL, -- first day after it
    last_day     TEXT NOT NULL, -- by which it is to be reported
    state        TEXT NOT NULL, -- open, closed
    sheet        BIGINT NOT NULL,
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    UNIQUE (form, n)
);

-- What a unit reported: the newest row stands, a correction is a new one.
CREATE TABLE form_return (
    period     TEXT NOT NULL REFERENCES form_period (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    n          BIGINT NOT NULL, -- from 1
    figures    BYTEA NOT NULL, -- as tally packs a vector: lane 0 is 1, lane i the item at place i
    reason     TEXT NOT NULL, -- of a correction
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (period, unit, n)
) /*clustered*/;

-- The narrative of a return, of forms that ask for some.
CREATE TABLE form_text (
    period TEXT NOT NULL,
    unit   BIGINT NOT NULL,
    n      BIGINT NOT NULL, -- of the return
    item   TEXT NOT NULL, -- key
    text   TEXT NOT NULL,
    PRIMARY KEY (period, unit, n, item)
) /*clustered*/;

-- The newest post of the sheets when a return with figures of the house was made.
CREATE TABLE form_mark (
    period TEXT NOT NULL,
    unit   BIGINT NOT NULL,
    n      BIGINT NOT NULL, -- of the return
    post   BIGINT NOT NULL,
    PRIMARY KEY (period, unit, n)
) /*clustered*/;
