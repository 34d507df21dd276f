-- +goose Up
-- What is told to those who look on, so that a connection that was lost can go on
-- where it was.

-- The last number of each topic. Its row is held until the end of the transaction
-- that tells something, so that numbers become visible in their order.
CREATE TABLE live_topic (
    topic TEXT PRIMARY KEY,
    last  BIGINT NOT NULL
) /*clustered*/;

CREATE TABLE live_event (
    topic TEXT NOT NULL,
    id    BIGINT NOT NULL, -- from 1, without gaps until the old are deleted
    kind  TEXT NOT NULL,
    body  TEXT NOT NULL, -- JSON
    at    BIGINT NOT NULL,
    PRIMARY KEY (topic, id)
) /*clustered*/;
CREATE INDEX live_event_at ON live_event (at);
