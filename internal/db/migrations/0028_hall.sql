-- +goose Up
-- What goes on in a hall while a conference runs: which topic is on, questions from
-- its sites, raised hands, announcements, and where its video room is.

CREATE TABLE hall_topic_event (
    conference TEXT NOT NULL REFERENCES conference (id),
    n          BIGINT NOT NULL, -- from 1
    topic      TEXT NOT NULL, -- of conference_topic
    kind       TEXT NOT NULL, -- start, end
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (conference, n)
) /*clustered*/;

CREATE TABLE hall_question (
    conference TEXT NOT NULL REFERENCES conference (id),
    n          BIGINT NOT NULL, -- from 1
    place      BIGINT NOT NULL, -- in the order in which they are taken up
    topic      TEXT NOT NULL, -- '' for the conference as a whole
    site       BIGINT NOT NULL, -- 0 for none
    text       TEXT NOT NULL,
    state      TEXT NOT NULL, -- new, taken_up, answered, forwarded, merged, returned
    note       TEXT NOT NULL, -- the answer, or the reason
    into_n     BIGINT NOT NULL, -- merged into this one
    to_unit    BIGINT NOT NULL, -- forwarded to
    asked_by   TEXT NOT NULL,
    asked_name TEXT NOT NULL,
    asked_at   BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (conference, n)
) /*clustered*/;
CREATE INDEX hall_question_place ON hall_question (conference, place);
CREATE INDEX hall_question_state ON hall_question (conference, state, place);

CREATE TABLE hall_question_event (
    conference TEXT NOT NULL,
    question   BIGINT NOT NULL,
    version    BIGINT NOT NULL, -- which it made
    state      TEXT NOT NULL,
    note       TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (conference, question, version)
) /*clustered*/;

CREATE TABLE hall_hand (
    conference TEXT NOT NULL REFERENCES conference (id),
    n          BIGINT NOT NULL, -- from 1, the order in which they were raised
    site       BIGINT NOT NULL,
    state      TEXT NOT NULL, -- raised, called, lowered
    raised_by  TEXT NOT NULL,
    raised_at  BIGINT NOT NULL,
    called_by  TEXT NOT NULL,
    called_at  BIGINT,
    lowered_at BIGINT,
    PRIMARY KEY (conference, n)
) /*clustered*/;
CREATE UNIQUE INDEX hall_hand_site ON hall_hand (conference, site) WHERE state <> 'lowered';

CREATE TABLE hall_announcement (
    conference TEXT NOT NULL REFERENCES conference (id),
    n          BIGINT NOT NULL, -- from 1
    unit       BIGINT NOT NULL, -- whose sites it is for, 0 for all
    text       TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (conference, n)
) /*clustered*/;

-- The kind of a room is outside: a service that somebody else runs. A hall of our own
-- would be a second kind.
CREATE TABLE hall_room (
    conference TEXT NOT NULL REFERENCES conference (id),
    site       BIGINT NOT NULL, -- 0 for all that have none of their own
    kind       TEXT NOT NULL, -- outside
    address    TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (conference, site)
) /*clustered*/;
