-- +goose Up
-- What every slice works with: the audit trail, jobs, notices and files.

CREATE TABLE audit (
    id         BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL, -- account id, '' for the house itself
    actor_name TEXT NOT NULL,
    unit       BIGINT NOT NULL,
    action     TEXT NOT NULL,
    object     TEXT NOT NULL,
    detail     TEXT NOT NULL
);
CREATE INDEX audit_object ON audit (object);

CREATE TABLE job (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    payload     TEXT NOT NULL,
    uniq        TEXT NOT NULL,
    run_at      BIGINT NOT NULL,
    lease_until BIGINT,
    lease_by    TEXT NOT NULL,
    attempts    BIGINT NOT NULL,
    error       TEXT NOT NULL,
    done        BIGINT NOT NULL,
    total       BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX job_due ON job (run_at) WHERE finished_at IS NULL;
CREATE UNIQUE INDEX job_uniq ON job (uniq) WHERE finished_at IS NULL AND uniq <> '';

CREATE TABLE notice (
    id      TEXT PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (id),
    key     TEXT NOT NULL, -- message key
    args    TEXT NOT NULL, -- JSON array of strings
    link    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notice_account ON notice (account, seq);

CREATE TABLE file (
    id       TEXT PRIMARY KEY,
    sha256   TEXT NOT NULL,
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    size     BIGINT NOT NULL,
    by_login TEXT NOT NULL,
    at       BIGINT NOT NULL
);
