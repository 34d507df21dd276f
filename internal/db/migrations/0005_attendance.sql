-- +goose Up
-- Who was there: over an occasion that the slice above knows.

CREATE TABLE occasion (
    id        TEXT PRIMARY KEY,
    tree      TEXT NOT NULL,
    subject   TEXT NOT NULL, -- what attendance counts towards, '' for nothing
    host      BIGINT NOT NULL REFERENCES unit (id),
    closed_at BIGINT,
    people    BIGINT NOT NULL DEFAULT 0, -- on the roll
    version   BIGINT NOT NULL
);
CREATE INDEX occasion_subject ON occasion (subject);

CREATE TABLE attendance (
    occasion   TEXT NOT NULL REFERENCES occasion (id),
    member     BIGINT NOT NULL REFERENCES member (id),
    unit       BIGINT NOT NULL REFERENCES unit (id), -- home when invited
    site       BIGINT NOT NULL DEFAULT 0, -- where the person is to be, or was; 0 for none in particular
    state      TEXT NOT NULL, -- invited, present, online, excused, absent, exempt
    reason     TEXT NOT NULL, -- of an excuse: duty, study, travel, leave, other
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    fact       TEXT NOT NULL DEFAULT '', -- the check-in that counts, '' for none
    extra      SMALLINT NOT NULL DEFAULT 0, -- 1: checked in without having been invited
    PRIMARY KEY (occasion, member)
) /*clustered*/;
CREATE INDEX attendance_member ON attendance (member);
CREATE INDEX attendance_site ON attendance (occasion, site, state);
CREATE INDEX attendance_unit ON attendance (occasion, unit);

CREATE TABLE attendance_change (
    id         BIGINT PRIMARY KEY,
    occasion   TEXT NOT NULL REFERENCES occasion (id),
    member     BIGINT NOT NULL REFERENCES member (id),
    state_from TEXT NOT NULL,
    state_to   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX attendance_change_occasion ON attendance_change (occasion, member);

-- Guests are counted apart, by group.
CREATE TABLE guest (
    occasion TEXT NOT NULL REFERENCES occasion (id),
    n        BIGINT NOT NULL,
    label    TEXT NOT NULL,
    number   BIGINT NOT NULL,
    PRIMARY KEY (occasion, n)
) /*clustered*/;
