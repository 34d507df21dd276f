-- +goose Up
-- Sheets that are signed, sheets that go on after a reform, and reforms that move
-- or close a unit while work is under way.

-- A seal states what a sheet was when somebody signed it: all posts up to one,
-- hashed after the seal before it.
CREATE TABLE tally_seal (
    id          BIGINT PRIMARY KEY,
    sheet       BIGINT NOT NULL REFERENCES tally_sheet (id),
    post        BIGINT NOT NULL, -- the last one sealed
    before      BIGINT NOT NULL, -- the seal before it on the same thing, 0 for the first
    hash        TEXT NOT NULL,
    reform      SMALLINT NOT NULL, -- 1: not signed, but ended by a reform
    signer      TEXT NOT NULL,
    signer_name TEXT NOT NULL,
    office      TEXT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX tally_seal_sheet ON tally_seal (sheet, id);

-- Where the figures of a unit go that no longer stands on a sheet.
CREATE TABLE tally_keeper (
    sheet  BIGINT NOT NULL REFERENCES tally_sheet (id),
    unit   BIGINT NOT NULL,
    keeper BIGINT NOT NULL,
    PRIMARY KEY (sheet, unit)
) /*clustered*/;

-- What a move or a closing does beyond its day and decision.
CREATE TABLE reform_plan (
    reform  TEXT PRIMARY KEY REFERENCES reform (id),
    unit    BIGINT NOT NULL REFERENCES unit (id),
    target  BIGINT NOT NULL REFERENCES unit (id), -- the new parent, or the keeper
    path    TEXT NOT NULL, -- the unit's path before, '' until applied
    at      BIGINT, -- when it was applied
    seq     BIGINT NOT NULL, -- in what order, 0 until then
    state   TEXT NOT NULL, -- planned, applied, undone, failed
    problem TEXT NOT NULL, -- message key, why it failed
    why     TEXT NOT NULL  -- of the undoing
);
CREATE INDEX reform_plan_state ON reform_plan (state);

-- Sheets that went on in another part, and people who changed lists, by a reform.
CREATE TABLE reform_sheet (
    reform TEXT NOT NULL REFERENCES reform (id),
    old    BIGINT NOT NULL,
    new    BIGINT NOT NULL,
    PRIMARY KEY (reform, old)
) /*clustered*/;
CREATE TABLE reform_member (
    reform TEXT NOT NULL REFERENCES reform (id),
    member BIGINT NOT NULL,
    PRIMARY KEY (reform, member)
) /*clustered*/;
