-- +goose Up
-- Forms already sent: the second of a double click goes where the first went.

CREATE TABLE once (
    token    TEXT PRIMARY KEY,
    location TEXT NOT NULL,
    at       BIGINT NOT NULL
);
