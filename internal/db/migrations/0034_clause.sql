-- +goose Up
-- Clauses: the pieces of a directive, or of an adopted plan, that can be named one
-- by one, and who carries them out. An id stays with its piece for good: what
-- refers to it goes on meaning the same.

CREATE TABLE clause (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL, -- directive, plan
    owner   TEXT NOT NULL, -- id of the directive or the plan
    place   BIGINT NOT NULL, -- order in the paper; 0 once it is gone
    depth   BIGINT NOT NULL, -- 1 for the highest
    n       TEXT NOT NULL, -- "II.3.a"
    mark    TEXT NOT NULL, -- as it stands in front of the text: "a)"
    text    TEXT NOT NULL,
    block   TEXT NOT NULL, -- block of the plan that it is; '' in a directive
    gone_at BIGINT -- when a plan that was adopted anew had it no more
);
CREATE INDEX clause_owner ON clause (kind, owner, place);

-- The state of a whole list, for two who change it at once.
CREATE TABLE clause_list (
    kind         TEXT NOT NULL,
    owner        TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (kind, owner)
);

-- What carries a clause out: a block of a plan.
CREATE TABLE clause_use (
    plan   TEXT NOT NULL,
    clause TEXT NOT NULL REFERENCES clause (id),
    block  TEXT NOT NULL,
    PRIMARY KEY (plan, clause, block)
) /*clustered*/;
CREATE INDEX clause_use_clause ON clause_use (clause);
