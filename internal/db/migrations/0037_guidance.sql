-- +goose Up
-- Guidance of the month: what units below put on their notice boards and into their
-- meetings, and what they did of it. Who is asked is a rule; there are rows only of
-- units that have answered.

CREATE TABLE guidance (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id), -- who publishes it
    month        TEXT NOT NULL, -- first day of it
    title        TEXT NOT NULL,
    fold         TEXT NOT NULL,
    body         TEXT NOT NULL,
    to_kind      TEXT NOT NULL, -- units of this kind are asked, '' for any
    to_depth     BIGINT NOT NULL, -- units so many steps under, 0 for any
    last_day     TEXT NOT NULL, -- by which units say what they have done
    state        TEXT NOT NULL, -- draft, published, withdrawn
    edition      BIGINT NOT NULL, -- of the text that stands, from 1
    reason       TEXT NOT NULL, -- of a withdrawal
    day          TEXT NOT NULL, -- on which it was published, '' for a draft
    sheet        BIGINT NOT NULL, -- 0 for a draft
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX guidance_of_unit ON guidance (unit);
CREATE INDEX guidance_tree ON guidance (tree, month, id);

CREATE TABLE guidance_point (
    guidance TEXT NOT NULL REFERENCES guidance (id),
    n        BIGINT NOT NULL, -- from 1; the lane of the sheet
    text     TEXT NOT NULL,
    word     TEXT NOT NULL, -- what is counted of it: "cuộc"
    PRIMARY KEY (guidance, n)
) /*clustered*/;

CREATE TABLE guidance_link (
    guidance TEXT NOT NULL REFERENCES guidance (id),
    kind     TEXT NOT NULL, -- directive, conference
    ref      TEXT NOT NULL,
    PRIMARY KEY (guidance, kind, ref)
) /*clustered*/;

CREATE TABLE guidance_file (
    guidance TEXT NOT NULL REFERENCES guidance (id),
    file     TEXT NOT NULL REFERENCES file (id),
    PRIMARY KEY (guidance, file)
) /*clustered*/;

-- Every text that was published stays.
CREATE TABLE guidance_edition (
    guidance   TEXT NOT NULL REFERENCES guidance (id),
    n          BIGINT NOT NULL, -- from 1
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    points     TEXT NOT NULL, -- their texts, a line each
    reason     TEXT NOT NULL, -- of a correction
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (guidance, n)
) /*clustered*/;

-- A unit that has received it.
CREATE TABLE guidance_unit (
    guidance TEXT NOT NULL REFERENCES guidance (id),
    unit     BIGINT NOT NULL REFERENCES unit (id),
    edition  BIGINT NOT NULL, -- that it has received
    reported BIGINT NOT NULL, -- a bit for each point of which it has said what was done
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (guidance, unit)
) /*clustered*/;

-- What a unit did of a point: the newest row stands, a correction is a new one.
CREATE TABLE guidance_deed (
    guidance   TEXT NOT NULL REFERENCES guidance (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    point      BIGINT NOT NULL,
    n          BIGINT NOT NULL, -- from 1
    count      BIGINT NOT NULL,
    day        TEXT NOT NULL,
    note       TEXT NOT NULL,
    file       TEXT REFERENCES file (id),
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (guidance, unit, point, n)
) /*clustered*/;
