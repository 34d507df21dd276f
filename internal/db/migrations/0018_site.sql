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
CREATE INDEX site_state ON site (conference, state);

-- A fact is kept as it came; only its standing changes. standing: 1 the first
-- check-in of a member, which counts them; 2 another fact counts in its stead; 3 it
-- came when the roll was closed and counts when that is reopened; 4 it counts beside
-- the first; 5 it was taken back; 6 it takes another back; 7 likewise, and that other
-- has not come yet; 8 it would take back what it cannot.
CREATE TABLE attendance_fact (
    occasion   TEXT NOT NULL REFERENCES occasion (id),
    id         TEXT NOT NULL, -- UUIDv7, made by the device
    member     BIGINT NOT NULL, -- 0: of a guest, of a count, or not known yet
    unit       BIGINT NOT NULL, -- home of the person on this roll
    extra      SMALLINT NOT NULL, -- 1: the person was not invited
    site       BIGINT NOT NULL,
    state      TEXT NOT NULL, -- present, online, out, excused, absent, exempt, heads, void
    device     TEXT NOT NULL,
    seq        BIGINT NOT NULL, -- on the device
    at_ms      BIGINT NOT NULL, -- Unix milliseconds, corrected by the device's offset
    offset_ms  BIGINT NOT NULL,
    source     TEXT NOT NULL, -- how the person was recognised: qr, list, card, hand, paper
    standing   SMALLINT NOT NULL,
    late       SMALLINT NOT NULL, -- 1: the site or the roll was closed when it came
    batch      BIGINT NOT NULL, -- facts that came together
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    call       SMALLINT NOT NULL DEFAULT 1, -- roll call
    n          BIGINT NOT NULL DEFAULT 0, -- of heads
    reason     TEXT NOT NULL DEFAULT '', -- of an excuse, or why it is taken back
    ref        TEXT NOT NULL DEFAULT '', -- the fact taken back
    guest      TEXT NOT NULL DEFAULT '', -- id of a guest
    guest_name TEXT NOT NULL DEFAULT '',
    guest_org  TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (occasion, id)
) /*clustered*/;
CREATE INDEX attendance_fact_batch ON attendance_fact (occasion, site, batch);
CREATE INDEX attendance_fact_waiting ON attendance_fact (occasion, site) WHERE standing = 3;
CREATE INDEX attendance_fact_more ON attendance_fact (occasion, member) WHERE standing <> 1;
CREATE INDEX attendance_fact_void ON attendance_fact (occasion, ref) WHERE standing = 7;
CREATE INDEX attendance_fact_guest ON attendance_fact (occasion, guest) WHERE guest <> '';
CREATE INDEX attendance_fact_heads ON attendance_fact (occasion, site) WHERE state = 'heads';

-- What is not let into the roll is set aside as it came: it contradicts the fact of
-- its id, nobody is known by its key or code, its roll call is none, it counts heads
-- where there is a list, or came from a device that was
-- revoked or in a file that somebody has changed.
CREATE TABLE attendance_aside (
    occasion   TEXT NOT NULL REFERENCES occasion (id),
    id         TEXT NOT NULL,
    body       TEXT NOT NULL, -- the fact, JSON
    site       BIGINT NOT NULL,
    why        TEXT NOT NULL, -- contradicts, unknown, call, list, revoked, forged
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    n          BIGINT NOT NULL,
    PRIMARY KEY (occasion, site, id, body)
) /*clustered*/;
