-- +goose Up
-- Texts of papers while they are written. What a draft is of is opaque: a kind and an
-- id that a slice above knows.

CREATE TABLE draft (
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    n        BIGINT NOT NULL, -- of the text that stands
    begun_at BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
) /*clustered*/;

-- Every text that was saved; what one person saves within a few minutes is one.
CREATE TABLE draft_text (
    kind       TEXT NOT NULL,
    id         TEXT NOT NULL,
    n          BIGINT NOT NULL,
    text       TEXT NOT NULL, -- JSON
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    begun_at   BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (kind, id, n),
    FOREIGN KEY (kind, id) REFERENCES draft (kind, id)
);

-- A version is frozen: the hash is of its text.
CREATE TABLE draft_version (
    kind       TEXT NOT NULL,
    id         TEXT NOT NULL,
    v          BIGINT NOT NULL, -- from 1
    note       TEXT NOT NULL,
    n          BIGINT NOT NULL,
    text       TEXT NOT NULL, -- JSON
    hash       TEXT NOT NULL, -- SHA-256, hex
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (kind, id, v),
    FOREIGN KEY (kind, id) REFERENCES draft (kind, id)
);

-- What somebody wrote and could not save because others had changed the same
-- paragraphs: kept until they take it up or throw it away.
CREATE TABLE draft_aside (
    kind  TEXT NOT NULL,
    id    TEXT NOT NULL,
    login TEXT NOT NULL,
    text  TEXT NOT NULL, -- JSON
    base  TEXT NOT NULL, -- marks of the text it was made from
    at    BIGINT NOT NULL,
    PRIMARY KEY (kind, id, login)
);

-- Who has the editor open, as it says every half minute.
CREATE TABLE draft_editor (
    kind  TEXT NOT NULL,
    id    TEXT NOT NULL,
    login TEXT NOT NULL,
    name  TEXT NOT NULL,
    at    BIGINT NOT NULL,
    PRIMARY KEY (kind, id, login)
) /*clustered*/;
