-- +goose Up
-- When a form is asked: its cycle, by which day each level owes a period, who was
-- given another day, and what was said to those who owe.

-- The periods by which a form is asked again.
CREATE TABLE form_cycle (
    form       TEXT PRIMARY KEY REFERENCES form (id),
    kind       TEXT NOT NULL, -- week, month, quarter, half, year, campaign, term
    first      BIGINT NOT NULL, -- the day a month begins, of the month before if above 1
    from_day   TEXT NOT NULL, -- campaign: its first day; term: the first day of any one
    to_day     TEXT NOT NULL, -- campaign: the first day after it
    years      BIGINT NOT NULL, -- term
    rule       TEXT NOT NULL, -- by when they owe it whom no level fits: "day 20", "after 5 roll"
    ahead      SMALLINT NOT NULL, -- 1: a period opens by itself on its first day
    next_day   TEXT NOT NULL, -- on which the next one opens by itself, '' for none
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX form_cycle_next ON form_cycle (next_day);

-- By when the levels under the owner owe it: the first that fits a unit counts.
CREATE TABLE form_level (
    form  TEXT NOT NULL REFERENCES form (id),
    n     BIGINT NOT NULL, -- from 1
    depth BIGINT NOT NULL, -- how far under the owner, 0 for any
    kind  TEXT NOT NULL, -- of the unit, '' for any
    rule  TEXT NOT NULL,
    PRIMARY KEY (form, n)
) /*clustered*/;

-- The same for one period, as days.
ALTER TABLE form_period ADD COLUMN dues BIGINT NOT NULL DEFAULT 0; -- another number with every change of a last day
CREATE TABLE form_due (
    period   TEXT NOT NULL REFERENCES form_period (id),
    n        BIGINT NOT NULL, -- from 1
    depth    BIGINT NOT NULL,
    kind     TEXT NOT NULL,
    last_day TEXT NOT NULL,
    PRIMARY KEY (period, n)
) /*clustered*/;

-- Every last day that was moved for all, or for all of a level.
CREATE TABLE form_move (
    period     TEXT NOT NULL REFERENCES form_period (id),
    n          BIGINT NOT NULL, -- from 1
    level      BIGINT NOT NULL, -- of form_due, 0: of those whom no level fits
    was        TEXT NOT NULL,
    last_day   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (period, n)
) /*clustered*/;

-- Another last day for one unit, or for it and all under it, until it is ended.
CREATE TABLE form_exception (
    period     TEXT NOT NULL REFERENCES form_period (id),
    n          BIGINT NOT NULL, -- from 1
    unit       BIGINT NOT NULL REFERENCES unit (id),
    whole      SMALLINT NOT NULL, -- 1: and all under it
    last_day   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    ended_name TEXT NOT NULL, -- who ended it, '' while it stands
    ended_at   BIGINT,
    PRIMARY KEY (period, n)
) /*clustered*/;

-- What is said to all who still owe a period at and under a unit, slice by slice.
CREATE TABLE form_call (
    id         BIGINT PRIMARY KEY,
    period     TEXT NOT NULL REFERENCES form_period (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    sort       TEXT NOT NULL, -- opened, moved, hand, rule
    day        TEXT NOT NULL, -- on which it was made
    last_day   TEXT NOT NULL, -- rule: of those it speaks to
    days       BIGINT NOT NULL, -- rule: how far from that day
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL, -- '' if it came by itself
    at         BIGINT NOT NULL,
    after      BIGINT NOT NULL, -- place on the sheet's tree from which it goes on
    units      BIGINT NOT NULL, -- to whom it was said so far
    done_at    BIGINT
);
CREATE INDEX form_call_period ON form_call (period, id);
CREATE INDEX form_call_open ON form_call (id) WHERE done_at IS NULL;
CREATE UNIQUE INDEX form_call_rule ON form_call (period, last_day, days) WHERE sort = 'rule';
CREATE UNIQUE INDEX form_call_hand ON form_call (period, unit, day) WHERE sort = 'hand';

-- Whom a unit follows, and answers for.
CREATE INDEX lineage_new ON lineage (new_unit);
CREATE INDEX lineage_old ON lineage (old_unit);
