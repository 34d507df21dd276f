-- +goose Up
-- A conference as a tree: what levels under it hold one of their own, and which
-- conference was held for which.

ALTER TABLE conference ADD COLUMN parent TEXT NOT NULL DEFAULT ''; -- conference above, '' for none
ALTER TABLE conference ADD COLUMN level BIGINT NOT NULL DEFAULT 0; -- of the plan of the one above
ALTER TABLE conference ADD COLUMN level_unit BIGINT NOT NULL DEFAULT 0; -- the unit that was asked, whoever hosts it after a reform
CREATE INDEX conference_parent ON conference (parent, level, level_unit) WHERE parent <> '';

CREATE TABLE conference_level (
    conference   TEXT NOT NULL REFERENCES conference (id),
    n            BIGINT NOT NULL, -- 1 to 8
    unit         BIGINT NOT NULL REFERENCES unit (id), -- host of the conference
    host_kind    TEXT NOT NULL, -- units of this kind hold one, or with ''
    host_depth   BIGINT NOT NULL, -- those so many steps under the host
    audience     TEXT NOT NULL,
    length       BIGINT NOT NULL, -- 0 if not said
    length_in    TEXT NOT NULL, -- half_days, hours
    day          TEXT NOT NULL,
    wording      TEXT NOT NULL, -- before, until
    papers       TEXT NOT NULL, -- plan minutes attendance reflection report, with spaces between
    sheet        BIGINT NOT NULL, -- 0 until the hosts are told
    cursor       BIGINT NOT NULL, -- place in the sheet's epoch up to which they are told
    told         BIGINT NOT NULL, -- 1: all of them
    deepest      BIGINT NOT NULL, -- steps under the host of the deepest one told
    version      BIGINT NOT NULL,
    PRIMARY KEY (conference, n)
) /*clustered*/;
CREATE INDEX conference_level_unit ON conference_level (unit) WHERE sheet <> 0;

-- Who is to hold one, as it was when they were told.
CREATE TABLE conference_asked (
    conference TEXT NOT NULL,
    level      BIGINT NOT NULL,
    unit       BIGINT NOT NULL REFERENCES unit (id),
    PRIMARY KEY (conference, level, unit),
    FOREIGN KEY (conference, level) REFERENCES conference_level (conference, n)
) /*clustered*/;
