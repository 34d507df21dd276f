-- +goose Up
-- The sites that a conference joins, whose units gather where, and each check-in
-- as a device sent it.

CREATE TABLE site (
    conference   TEXT NOT NULL REFERENCES conference (id),
    n            BIGINT NOT NULL, -- from 1
    unit         BIGINT NOT NULL REFERENCES unit (id), -- host of the site
    name         TEXT NOT NULL,
    fold         TEXT NOT NULL,
    address      TEXT NOT NULL,
    capacity     BIGINT NOT NULL, -- 0 if not known
    contact      TEXT NOT NULL,
    phone        TEXT NOT NULL,
    state        TEXT NOT NULL, -- invited, ready, joined, closed
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (conference, n)
) /*clustered*/;
CREATE INDEX site_unit ON site (unit);

-- A fact is kept as it came and never changed. standing: 1 counts, 2 the person
-- had checked in before, 3 set aside: it contradicts another fact of this id.
CREATE TABLE attendance_fact (
    occasion   TEXT NOT NULL REFERENCES occasion (id),
    id         TEXT NOT NULL, -- UUIDv7, made by the device
    member     BIGINT NOT NULL REFERENCES member (id),
    site       BIGINT NOT NULL,
    state      TEXT NOT NULL, -- present, online
    device     TEXT NOT NULL,
    seq        BIGINT NOT NULL, -- on the device
    at_ms      BIGINT NOT NULL, -- Unix milliseconds, corrected by the device's offset
    offset_ms  BIGINT NOT NULL,
    standing   SMALLINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (occasion, id)
) /*clustered*/;
CREATE INDEX attendance_fact_member ON attendance_fact (occasion, member);
