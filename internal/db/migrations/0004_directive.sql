-- +goose Up
-- Directives: the papers work begins with. Number and symbol are no key: 59-NQ/TW
-- is of 5/8/2020 and of 24/1/2025. What makes two the same is issuer, type,
-- number, symbol and date (or term). Units beside each other do not see one
-- another's papers, so each may enter the same.

CREATE TABLE directive (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id),
    kind         TEXT NOT NULL,
    number       TEXT NOT NULL,
    symbol       TEXT NOT NULL,
    issuer       TEXT NOT NULL,
    issued_day   TEXT NOT NULL, -- '' not known
    term         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    fold         TEXT NOT NULL,
    identity     TEXT NOT NULL,
    file         TEXT REFERENCES file (id),
    sample       SMALLINT NOT NULL,
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    UNIQUE (tree, unit, identity)
);
CREATE INDEX directive_unit ON directive (unit);

-- Subtrees a directive has been sent down to.
CREATE TABLE directive_reach (
    directive TEXT NOT NULL REFERENCES directive (id),
    tree      TEXT NOT NULL,
    path      TEXT NOT NULL /*C*/,
    at        BIGINT NOT NULL,
    PRIMARY KEY (directive, tree, path)
);
