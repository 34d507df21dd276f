-- +goose Up
-- Random keys of the installation, by what they are for.

CREATE TABLE secret (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL -- base64
);
