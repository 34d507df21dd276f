-- +goose Up
-- Counts over the tree: what is counted, every deed's part in it, and the
-- totals folded from the deeds.

CREATE TABLE tally_sheet (
    id        BIGINT PRIMARY KEY,
    kind      TEXT NOT NULL,
    source    TEXT NOT NULL, -- id of the thing counted
    tree      TEXT NOT NULL,
    epoch     BIGINT NOT NULL REFERENCES epoch (id),
    root      BIGINT NOT NULL REFERENCES unit (id),
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    part      BIGINT NOT NULL, -- 1, and one more with each reform that came while it was open
    next      BIGINT NOT NULL, -- the sheet that goes on after a reform, 0 for none
    sealed_at BIGINT,
    UNIQUE (kind, source, part)
);

-- One row per deed, sheet and unit. Rows are only added.
CREATE TABLE tally_post (
    id          BIGINT NOT NULL,
    sheet       BIGINT NOT NULL REFERENCES tally_sheet (id),
    unit        BIGINT NOT NULL,
    vector      BYTEA NOT NULL,
    source_kind TEXT NOT NULL,
    source_id   TEXT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    reason      TEXT NOT NULL,
    signer      TEXT NOT NULL, -- of a declared figure
    paper       TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (sheet, id)
) /*clustered*/;
CREATE INDEX tally_post_unit ON tally_post (sheet, unit, id);

-- Posts not yet in the totals: none after a commit in SQLite, those of a moment in
-- PostgreSQL.
CREATE TABLE tally_queue (
    post   BIGINT PRIMARY KEY,
    sheet  BIGINT NOT NULL,
    unit   BIGINT NOT NULL,
    vector BYTEA NOT NULL
);

CREATE TABLE tally_node (
    sheet  BIGINT NOT NULL REFERENCES tally_sheet (id),
    parent BIGINT NOT NULL, -- 0 for the sheet's root
    unit   BIGINT NOT NULL,
    own    BYTEA NOT NULL,
    total  BYTEA NOT NULL,
    PRIMARY KEY (sheet, parent, unit)
) /*clustered*/;
CREATE INDEX tally_node_unit ON tally_node (sheet, unit);

-- A closing whose day comes later cuts an epoch when the day has come.
CREATE INDEX unit_edge_to ON unit_edge (tree, to_day);
