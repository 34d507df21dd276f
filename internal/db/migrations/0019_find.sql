-- +goose Up
-- Search by words among people and units (find.Search): for each word, which ids it
-- stands in, in blocks of 65,536 ids: two bytes for each, or a bit for each where
-- that is shorter. Beside words there are their first letters ("n*"), marks of places
-- ("@...") and all ids (""). A word that has gone from a row may stay here; what is found is
-- looked at.

CREATE TABLE find_word (
    kind  SMALLINT NOT NULL, -- 1 names of members, 2 names of units
    word  TEXT NOT NULL /*C*/,
    block BIGINT NOT NULL,
    list  BYTEA NOT NULL,
    PRIMARY KEY (kind, word, block)
) /*clustered*/;

-- Where a unit stands, in any tree: who joins its list is marked with it.
CREATE INDEX place_unit ON place (unit);
