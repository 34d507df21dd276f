-- +goose Up
-- What a unit writes over the reports of those under it.

-- The words of a unit's report of a period, by text of the form: the newest row
-- stands. Figures are named in them; what those came to then stands beside.
CREATE TABLE summary_text (
    period     TEXT NOT NULL REFERENCES form_period (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    item       TEXT NOT NULL, -- key
    n          BIGINT NOT NULL, -- from 1
    text       TEXT NOT NULL,
    figures    TEXT NOT NULL, -- JSON, by key
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (period, unit, item, n)
) /*clustered*/;

-- Whose words were taken into it.
CREATE TABLE summary_pick (
    period     TEXT NOT NULL,
    unit       BIGINT NOT NULL,
    item       TEXT NOT NULL,
    source     BIGINT NOT NULL REFERENCES unit (id), -- whose they were
    text       TEXT NOT NULL, -- as they were then
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (period, unit, item, source)
) /*clustered*/;

-- The sentence with which a text of a form begins, as its owner words it.
CREATE TABLE summary_sentence (
    form TEXT NOT NULL REFERENCES form (id),
    item TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (form, item)
) /*clustered*/;
