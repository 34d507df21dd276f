-- +goose Up
-- Files people have offered for import: what they hold until they are confirmed
-- or run out, and what became of them.

CREATE TABLE import (
    id         TEXT PRIMARY KEY,
    tree       TEXT NOT NULL,
    unit       BIGINT NOT NULL, -- acted for, 0 for the house itself
    path       TEXT NOT NULL /*C*/, -- of that unit then: who may see the import
    kind       TEXT NOT NULL, -- units, members, sites, attendance, figures
    target     TEXT NOT NULL, -- conference or rollout, '' for none
    name       TEXT NOT NULL, -- of the file
    sha256     TEXT NOT NULL,
    state      TEXT NOT NULL, -- checked, running, applied, refused, expired
    total      BIGINT NOT NULL, -- rows of the file
    fresh      BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    same       BIGINT NOT NULL,
    bad        BIGINT NOT NULL, -- things wrong with rows
    head       TEXT NOT NULL, -- the first rows, JSON
    problem    TEXT NOT NULL, -- why it was refused, a message key
    login      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    roles      TEXT NOT NULL, -- of the actor, for the job
    at         BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    applied_at BIGINT
);
CREATE INDEX import_path ON import (tree, path);
CREATE INDEX import_at ON import (at);

CREATE TABLE import_body (
    import TEXT PRIMARY KEY REFERENCES import (id),
    body   BYTEA NOT NULL
);

-- What is wrong with rows, so many to a page.
CREATE TABLE import_bad (
    import TEXT NOT NULL REFERENCES import (id),
    page   BIGINT NOT NULL,
    bad    TEXT NOT NULL, -- JSON
    PRIMARY KEY (import, page)
);
