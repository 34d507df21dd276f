-- +goose Up
-- Who was there: over an occasion that the slice above knows.

CREATE TABLE occasion (
    id        TEXT PRIMARY KEY,
    tree      TEXT NOT NULL,
    subject   TEXT NOT NULL, -- what attendance counts towards, '' for nothing
    host      BIGINT NOT NULL REFERENCES unit (id),
    closed_at BIGINT,
    people    BIGINT NOT NULL DEFAULT 0, -- on the roll
    need      SMALLINT NOT NULL DEFAULT 1, -- at how many roll calls one must have been
    checkout  SMALLINT NOT NULL DEFAULT 0, -- 1: and must have checked out
    version   BIGINT NOT NULL
);
CREATE INDEX occasion_subject ON occasion (subject);

-- The roll calls of an occasion; without a row it has one, without a name.
CREATE TABLE occasion_call (
    occasion TEXT NOT NULL REFERENCES occasion (id),
    n        SMALLINT NOT NULL, -- 1 to 8
    name     TEXT NOT NULL,
    at_time  TEXT NOT NULL, -- "07:30", '' if not said
    used     SMALLINT NOT NULL DEFAULT 0, -- 1: a fact or a mark names it
    PRIMARY KEY (occasion, n)
) /*clustered*/;

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
    calls      BIGINT NOT NULL DEFAULT 0, -- roll calls at which the person was there: bit 0 is the first
    checked_out SMALLINT NOT NULL DEFAULT 0,
    seat       BIGINT NOT NULL DEFAULT -1, -- where the person was to be, -1 if they were not elsewhere
    began      SMALLINT NOT NULL DEFAULT 0, -- 1: exempt when invited
    worked     SMALLINT NOT NULL DEFAULT 0, -- 1: more bears on the row than check-ins at the first roll call
    PRIMARY KEY (occasion, member)
) /*clustered*/;
CREATE INDEX attendance_member ON attendance (member);
CREATE INDEX attendance_site ON attendance (occasion, site, state);
CREATE INDEX attendance_unit ON attendance (occasion, unit);
CREATE INDEX attendance_seat ON attendance (occasion, seat) WHERE seat > 0;

-- Marks made on the roll by hand. The last of a person and roll call stands.
CREATE TABLE attendance_change (
    id         BIGINT PRIMARY KEY,
    occasion   TEXT NOT NULL REFERENCES occasion (id),
    member     BIGINT NOT NULL REFERENCES member (id),
    call       SMALLINT NOT NULL DEFAULT 1, -- 0: of having checked out
    over       SMALLINT NOT NULL DEFAULT 0, -- 1: it corrects a check-in, and stands whatever check-ins come
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

-- Guests who are persons. Who was invited has a number, and an id that is that
-- number; the id of another is made by the device.
CREATE TABLE attendance_guest (
    occasion TEXT NOT NULL REFERENCES occasion (id),
    id       TEXT NOT NULL /*C*/,
    number   BIGINT NOT NULL, -- 0 of who was not invited
    name     TEXT NOT NULL,
    fold     TEXT NOT NULL,
    org      TEXT NOT NULL,
    site     BIGINT NOT NULL,
    seat     BIGINT NOT NULL, -- as of attendance
    calls    BIGINT NOT NULL,
    checked_out SMALLINT NOT NULL,
    fact     TEXT NOT NULL, -- the first check-in, '' for none
    at       BIGINT NOT NULL,
    PRIMARY KEY (occasion, id)
) /*clustered*/;
CREATE INDEX attendance_guest_site ON attendance_guest (occasion, site);
