-- +goose Up
-- Reforms of many units at once: what the paper says line by line, and what was
-- before, so that all of it can be undone.

CREATE TABLE reform_line (
    reform  TEXT NOT NULL REFERENCES reform (id),
    n       BIGINT NOT NULL, -- the line of the table it was read from
    act     TEXT NOT NULL, -- create, into, move, rename
    unit    TEXT NOT NULL, -- key
    target  TEXT NOT NULL, -- key of the parent, or of the unit that takes over, ''
    name    TEXT NOT NULL,
    short   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    num     BIGINT NOT NULL, -- share of the old unit that goes to the new one, 0/0 if the paper does not say
    den     BIGINT NOT NULL,
    keeper  SMALLINT NOT NULL, -- 1: takes over what was owed
    PRIMARY KEY (reform, n)
) /*clustered*/;

-- Every unit that a reform gave another place in the tree.
CREATE TABLE reform_step (
    reform     TEXT NOT NULL REFERENCES reform (id),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    act        TEXT NOT NULL, -- create, move, end, rename
    old_path   TEXT NOT NULL, -- '' of one that was created
    old_depth  BIGINT NOT NULL,
    PRIMARY KEY (reform, unit, act)
) /*clustered*/;
CREATE INDEX reform_step_unit ON reform_step (unit);

-- Who changed lists, by which rows.
CREATE TABLE reform_list (
    reform TEXT NOT NULL REFERENCES reform (id),
    member BIGINT NOT NULL,
    before BIGINT NOT NULL, -- the membership that ended
    after  BIGINT NOT NULL, -- the one that began
    PRIMARY KEY (reform, member)
) /*clustered*/;

-- Work whose host or scope another unit took over, obligations it answers for, and
-- those that ended because the unit left the scope.
CREATE TABLE reform_work (
    reform TEXT NOT NULL REFERENCES reform (id),
    what   TEXT NOT NULL, -- host, scope, conference, duty, released
    id     TEXT NOT NULL, -- of the rollout or the conference
    step   TEXT NOT NULL, -- of an obligation, else ''
    unit   BIGINT NOT NULL, -- of an obligation the one that owes it, else what stood there before
    keeper BIGINT NOT NULL, -- of an obligation: who answered for it before, else 0
    PRIMARY KEY (reform, what, id, step, unit)
) /*clustered*/;

-- Rights, reach and obligations as they were.
CREATE TABLE reform_reach (
    reform    TEXT NOT NULL REFERENCES reform (id),
    directive TEXT NOT NULL,
    path      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (reform, directive, path)
) /*clustered*/;
