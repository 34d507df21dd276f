-- +goose Up
-- Who is invited to a conference by a rule, guests who are not members, and what
-- those invited have answered. The roll itself is attendance.

CREATE TABLE invitation_rule (
    conference   TEXT NOT NULL REFERENCES conference (id),
    n            BIGINT NOT NULL, -- from 1
    body         TEXT NOT NULL, -- offices, levels, units and site, JSON
    found        BIGINT NOT NULL, -- people it names, when last counted
    fresh        BIGINT NOT NULL, -- of these, not on the roll then
    counted_at   BIGINT NOT NULL,
    applying     SMALLINT NOT NULL, -- 1: a job is putting them on the roll
    after        TEXT NOT NULL /*C*/, -- units with paths up to here are done
    done         BIGINT NOT NULL, -- people put on the roll by the job so far
    invited      BIGINT NOT NULL, -- put on the roll by it, ever
    applied_at   BIGINT,
    actor        TEXT NOT NULL, -- who entered it, or applied it last
    actor_name   TEXT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (conference, n)
) /*clustered*/;

-- How invited guests are reached; their names are attendance's.
CREATE TABLE invitation_guest (
    number       BIGINT PRIMARY KEY,
    conference   TEXT NOT NULL REFERENCES conference (id),
    email        TEXT NOT NULL,
    phone        TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL
);
CREATE INDEX invitation_guest_conference ON invitation_guest (conference, number);

-- Every answer is kept; the latest of a person stands.
CREATE TABLE invitation_answer (
    id         BIGINT PRIMARY KEY,
    conference TEXT NOT NULL REFERENCES conference (id),
    member     BIGINT NOT NULL, -- 0: a guest
    guest      BIGINT NOT NULL, -- 0: a member
    answer     TEXT NOT NULL, -- come, delegate, excused
    reason     TEXT NOT NULL, -- of an excuse
    delegate   BIGINT NOT NULL, -- member who comes instead, 0 for none
    way        TEXT NOT NULL, -- self, clerk, code
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    stands     SMALLINT NOT NULL
);
CREATE UNIQUE INDEX invitation_answer_one ON invitation_answer (conference, member, guest) WHERE stands = 1;
CREATE INDEX invitation_answer_person ON invitation_answer (conference, member, guest);
CREATE INDEX invitation_answer_count ON invitation_answer (conference, answer) WHERE stands = 1;

-- A list that was printed for signatures: its numbers stay those of its people,
-- whoever is invited after.
CREATE TABLE invitation_list (
    conference TEXT NOT NULL REFERENCES conference (id),
    site       BIGINT NOT NULL, -- 0: the whole conference
    n          BIGINT NOT NULL, -- from 1
    people     TEXT NOT NULL, -- ids of members in their order, JSON; of guests less than 0
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (conference, site, n)
) /*clustered*/;

-- Who is reminded is looked up by their member record.
CREATE INDEX account_member ON account (member);
