-- +goose Up
-- The minutes of a conference: every text that was saved, and who signed which of
-- them. What figures a text shows is counted from the posts up to a signature's mark.

CREATE TABLE minutes (
    conference TEXT PRIMARY KEY REFERENCES conference (id),
    n          BIGINT NOT NULL, -- of the text that stands
    begun_at   BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE minutes_text (
    conference TEXT NOT NULL REFERENCES minutes (conference),
    n          BIGINT NOT NULL, -- from 1
    sections   TEXT NOT NULL, -- JSON
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    reason     TEXT NOT NULL, -- of a change after a signature
    at         BIGINT NOT NULL,
    PRIMARY KEY (conference, n)
) /*clustered*/;

-- A signature stands while the text it is of does.
CREATE TABLE minutes_signature (
    conference TEXT NOT NULL,
    n          BIGINT NOT NULL, -- of the text
    part       TEXT NOT NULL, -- taker, chair
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    office     TEXT NOT NULL,
    mark       BIGINT NOT NULL, -- last post of the sheet counted
    sites      BIGINT NOT NULL, -- of the conference, as they were then
    joined     BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (conference, n, part),
    FOREIGN KEY (conference, n) REFERENCES minutes_text (conference, n)
) /*clustered*/;
