-- +goose Up
-- Tokens have a name, an end and a last use; answers to programs are kept, so
-- that a request sent twice does a thing once.

ALTER TABLE api_token ADD COLUMN id TEXT NOT NULL DEFAULT '';
ALTER TABLE api_token ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE api_token ADD COLUMN used_at BIGINT;
ALTER TABLE api_token ADD COLUMN expires_at BIGINT;
UPDATE api_token SET id = substr(hash, 1, 20);
CREATE UNIQUE INDEX api_token_id ON api_token (id);
CREATE INDEX api_token_account ON api_token (account);

CREATE TABLE api_answer (
    account TEXT NOT NULL REFERENCES account (id),
    key     TEXT NOT NULL, -- as the program chose it
    request TEXT NOT NULL, -- SHA-256 of what was asked
    body    TEXT NOT NULL, -- the answer as JSON
    at      BIGINT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX api_answer_at ON api_answer (at);

-- Lists are read on from the last row of the page before.
CREATE INDEX directive_entered ON directive (tree, entered_at, id);
CREATE INDEX rollout_entered ON rollout (tree, entered_at, id);
CREATE INDEX conference_entered ON conference (tree, entered_at, id);
CREATE INDEX plan_entered ON plan (tree, entered_at, id);
CREATE INDEX report_entered ON report (tree, entered_at, id);
