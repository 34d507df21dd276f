-- +goose Up
-- What a unit types into its return before it is one, and the steps of returns to
-- forms that ask for steps: submitted, sent back, accepted; or signed inside first.

-- One a unit and period, for all its clerks: what stands in the fields, as typed.
CREATE TABLE filing_draft (
    period     TEXT NOT NULL REFERENCES form_period (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    fields     TEXT NOT NULL, -- JSON: what was typed by name of the field
    base       BIGINT NOT NULL, -- number of the return that it goes on from, 0 for none
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (period, unit)
) /*clustered*/;

-- How the return of a unit stands; only of forms that ask for steps.
CREATE TABLE filing_report (
    period    TEXT NOT NULL REFERENCES form_period (id),
    unit      BIGINT NOT NULL REFERENCES unit (id),
    above     BIGINT NOT NULL, -- the unit that accepts it
    state     TEXT NOT NULL, -- asked, submitted, returned, accepted, withdrawn
    n         BIGINT NOT NULL, -- of the return, 0 while none was submitted
    accepted  BIGINT NOT NULL, -- number of the return that was accepted last, 0 for none
    until_day TEXT NOT NULL, -- by which what was sent back is to come again, or ""
    hash      TEXT NOT NULL, -- of what waits for the secretary, or of the return
    waits     TEXT NOT NULL, -- JSON: what waits for the secretary, or ""
    at        BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    PRIMARY KEY (period, unit)
) /*clustered*/;
CREATE INDEX filing_report_above ON filing_report (above, state, period);
CREATE INDEX filing_report_unit ON filing_report (unit, state);

-- What has happened to it, in order. A row is never changed.
CREATE TABLE filing_event (
    period     TEXT NOT NULL,
    unit       BIGINT NOT NULL,
    k          BIGINT NOT NULL, -- from 1
    kind       TEXT NOT NULL, -- asked, submitted, signed, refused, returned, accepted, withdrawn
    n          BIGINT NOT NULL, -- of the return it is about, 0 for a draft
    hash       TEXT NOT NULL, -- of what that said, as the actor saw it
    mark       BIGINT NOT NULL, -- last post the actor saw, 0 if nothing depends on it
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    office     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    items      TEXT NOT NULL, -- JSON: reasons by key of the item, or ""
    until_day  TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (period, unit, k),
    FOREIGN KEY (period, unit) REFERENCES filing_report (period, unit)
) /*clustered*/;
