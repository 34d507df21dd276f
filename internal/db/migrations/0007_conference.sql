-- +goose Up
-- Conferences: topics, speakers, invited units, and what has happened.

CREATE TABLE conference (
    id           TEXT PRIMARY KEY, -- also the id of its occasion
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id), -- host
    rollout      TEXT NOT NULL, -- '' if it belongs to none
    title        TEXT NOT NULL,
    fold         TEXT NOT NULL,
    kind         TEXT NOT NULL, -- main, makeup
    mode         TEXT NOT NULL, -- in_person, online, hybrid
    day          TEXT NOT NULL,
    start_time   TEXT NOT NULL, -- "07:30"
    end_time     TEXT NOT NULL,
    place        TEXT NOT NULL,
    chair        TEXT NOT NULL,
    state        TEXT NOT NULL, -- draft, convened, closing, closed, reopening, cancelled
    sheet        BIGINT NOT NULL, -- 0 until convened
    sample       SMALLINT NOT NULL,
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX conference_host ON conference (unit);
CREATE INDEX conference_rollout ON conference (rollout);

CREATE TABLE conference_topic (
    conference    TEXT NOT NULL REFERENCES conference (id),
    id            TEXT NOT NULL, -- stays while the topic does; what belongs to a topic refers to it
    n             BIGINT NOT NULL, -- its place in the day
    sort          TEXT NOT NULL, -- topic, break, opening, closing
    start_time    TEXT NOT NULL, -- "07:30", '' if not said
    end_time      TEXT NOT NULL,
    title         TEXT NOT NULL,
    speaker       TEXT NOT NULL,
    speaker_title TEXT NOT NULL,
    PRIMARY KEY (conference, id)
) /*clustered*/;

CREATE TABLE conference_unit (
    conference TEXT NOT NULL REFERENCES conference (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    PRIMARY KEY (conference, unit)
) /*clustered*/;
CREATE INDEX conference_unit_unit ON conference_unit (unit);

CREATE TABLE conference_event (
    id         TEXT PRIMARY KEY,
    conference TEXT NOT NULL REFERENCES conference (id),
    kind       TEXT NOT NULL, -- convened, closed, reopened, cancelled
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    reason     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    seq        BIGINT NOT NULL
);
CREATE INDEX conference_event_conference ON conference_event (conference);

-- How far a closing or reopening has come that is done in slices.
CREATE TABLE conference_count (
    conference TEXT PRIMARY KEY REFERENCES conference (id),
    after      BIGINT NOT NULL, -- units with ids up to here are done
    done       BIGINT NOT NULL, -- people
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL
);
