-- +goose Up
-- Targets: what is to be reached by when, and who under a unit has taken on how
-- much of it. What was reached is nowhere here: it is read off the figures.

CREATE TABLE target (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id), -- who sets it
    label        TEXT NOT NULL, -- "Kết nạp đoàn viên mới"
    fold         TEXT NOT NULL,
    word         TEXT NOT NULL, -- what is counted: "người"
    direction    TEXT NOT NULL, -- least, most
    decimals     BIGINT NOT NULL, -- values are whole numbers of 10^-decimals
    from_day     TEXT NOT NULL,
    to_day       TEXT NOT NULL, -- first day after it
    note         TEXT NOT NULL,
    feed         TEXT NOT NULL, -- what it is read off, '' for nothing
    feed_of      TEXT NOT NULL, -- which of what that feed offers
    state        TEXT NOT NULL, -- draft, open, closed
    sheet        BIGINT NOT NULL, -- 0 for a draft
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX target_of_unit ON target (unit);
CREATE INDEX target_tree ON target (tree, entered_at, id);

-- The path: what is to be reached, counted from the first day, by the end of each
-- stretch. The last value is that of the target.
CREATE TABLE target_point (
    target TEXT NOT NULL REFERENCES target (id),
    n      BIGINT NOT NULL, -- from 1
    name   TEXT NOT NULL, -- "Quý 1"
    to_day TEXT NOT NULL, -- first day after it
    value  BIGINT NOT NULL,
    PRIMARY KEY (target, n)
) /*clustered*/;

-- What each unit was given, and what it says to that. The owner's row has giver 0.
CREATE TABLE target_unit (
    target   TEXT NOT NULL REFERENCES target (id),
    unit     BIGINT NOT NULL REFERENCES unit (id),
    giver    BIGINT NOT NULL, -- the unit above, which handed it down
    value    BIGINT NOT NULL,
    answer   TEXT NOT NULL, -- '', accepted, proposed
    takes    BIGINT NOT NULL, -- what the unit takes on, by its answer
    version  BIGINT NOT NULL,
    PRIMARY KEY (target, unit)
) /*clustered*/;
CREATE INDEX target_unit_giver ON target_unit (target, giver, unit);
CREATE INDEX target_unit_unit ON target_unit (unit);

-- How it came to that, a row for each deed.
CREATE TABLE target_log (
    target     TEXT NOT NULL REFERENCES target (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    n          BIGINT NOT NULL, -- the version of target_unit that it made
    deed       TEXT NOT NULL, -- set, revised, given, agreed, accepted, proposed
    value      BIGINT NOT NULL,
    path       TEXT NOT NULL, -- of set and revised: the values of the path
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (target, unit, n)
) /*clustered*/;
