-- +goose Up
-- Consultation over a numbered version of a draft: who is asked, the comments of
-- people, the one opinion of each unit with its points, and what the owner answers.

CREATE TABLE consultation (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL REFERENCES tree (key),
    unit         BIGINT NOT NULL REFERENCES unit (id), -- whose draft it is
    owner_kind   TEXT NOT NULL, -- what the draft is the text of, and its id
    owner_id     TEXT NOT NULL,
    n            BIGINT NOT NULL, -- number of the draft's version
    label        TEXT NOT NULL, -- what that version is called
    title        TEXT NOT NULL,
    note         TEXT NOT NULL, -- what is asked
    day          TEXT NOT NULL,
    wording      TEXT NOT NULL, -- before, until
    state        TEXT NOT NULL, -- open, consolidating, closed
    sheet        BIGINT NOT NULL,
    reminded     TEXT NOT NULL, -- the day units were last reminded, '' for never
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX consultation_unit ON consultation (unit);
CREATE INDEX consultation_owner ON consultation (owner_kind, owner_id);

-- How the opinion of each unit stands. A unit under one that is asked has a row once
-- it sends its own up.
CREATE TABLE opinion_unit (
    consultation TEXT NOT NULL REFERENCES consultation (id),
    unit         BIGINT NOT NULL REFERENCES unit (id),
    due          SMALLINT NOT NULL, -- 1: is asked
    above        BIGINT NOT NULL, -- to whom it was sent: a unit, 0 for the owner
    state        TEXT NOT NULL, -- gathering, sent, none (agrees, no opinion)
    late         SMALLINT NOT NULL, -- 1: sent after the last day
    note         TEXT NOT NULL, -- what the unit says about the whole
    sent_by      TEXT NOT NULL,
    sent_name    TEXT NOT NULL,
    sent_office  TEXT NOT NULL,
    sent_at      BIGINT,
    version      BIGINT NOT NULL,
    PRIMARY KEY (consultation, unit)
) /*clustered*/;
CREATE INDEX opinion_unit_unit ON opinion_unit (unit, consultation);
CREATE INDEX opinion_unit_above ON opinion_unit (consultation, above);

-- People who are asked in person, at their home units.
CREATE TABLE opinion_person (
    consultation TEXT NOT NULL REFERENCES consultation (id),
    member       BIGINT NOT NULL REFERENCES member (id),
    unit         BIGINT NOT NULL REFERENCES unit (id),
    answered     SMALLINT NOT NULL, -- 1: a point of theirs stands, or they agree
    agrees       SMALLINT NOT NULL, -- 1: has said to have no opinion
    PRIMARY KEY (consultation, member)
) /*clustered*/;
CREATE INDEX opinion_person_member ON opinion_person (member);

-- What people note on a passage, for the opinion of their unit.
CREATE TABLE opinion_comment (
    id           BIGINT PRIMARY KEY,
    consultation TEXT NOT NULL REFERENCES consultation (id),
    unit         BIGINT NOT NULL REFERENCES unit (id),
    member       BIGINT NOT NULL, -- 0 for a login without a member
    account      TEXT NOT NULL,
    name         TEXT NOT NULL,
    anchor       TEXT NOT NULL, -- JSON
    text         TEXT NOT NULL,
    suggest      TEXT NOT NULL, -- wording instead of the passage, '' for none
    point        BIGINT NOT NULL, -- of the unit's opinion, 0 while not picked
    withdrawn    SMALLINT NOT NULL,
    at           BIGINT NOT NULL
);
CREATE INDEX opinion_comment_unit ON opinion_comment (consultation, unit);

-- A point of a unit's opinion, of a person asked, or noted at a conference.
CREATE TABLE opinion_point (
    id           BIGINT PRIMARY KEY,
    consultation TEXT NOT NULL REFERENCES consultation (id),
    unit         BIGINT NOT NULL REFERENCES unit (id), -- whose it is
    source       TEXT NOT NULL, -- unit, person, conference
    member       BIGINT NOT NULL, -- of a person or a delegate, 0 for none
    name         TEXT NOT NULL, -- of that person
    conference   TEXT NOT NULL, -- '' for none
    place        BIGINT NOT NULL, -- number of the paragraph in the version asked about
    anchor       TEXT NOT NULL, -- JSON
    text         TEXT NOT NULL,
    suggest      TEXT NOT NULL,
    stands       SMALLINT NOT NULL, -- 1: reached the owner, and counts
    upper        BIGINT NOT NULL, -- the point of the unit above it was taken into, 0 for none
    answer       TEXT NOT NULL, -- '' taken, partly, not
    why          TEXT NOT NULL,
    saved        BIGINT NOT NULL, -- save of the draft that took the wording up, 0 for none
    answered_by  TEXT NOT NULL,
    answered_name TEXT NOT NULL,
    answered_at  BIGINT,
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX opinion_point_unit ON opinion_point (consultation, unit);
CREATE INDEX opinion_point_upper ON opinion_point (upper);
CREATE INDEX opinion_point_stands ON opinion_point (consultation, stands, place, id);
