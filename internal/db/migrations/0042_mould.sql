-- +goose Up
-- A .docx of a unit's own, into which its reports of a form are filled: the newest
-- stands, and one without a file takes it away.
CREATE TABLE mould (
    form       TEXT NOT NULL REFERENCES form (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    n          BIGINT NOT NULL, -- from 1
    file       TEXT NOT NULL, -- id, '' for none
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (form, unit, n)
) /*clustered*/;
