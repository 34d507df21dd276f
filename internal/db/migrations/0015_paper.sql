-- +goose Up
-- Papers that leave a unit: how its letterhead reads, and the register of what
-- it has issued. A number is given once and never taken back.

CREATE TABLE letterhead (
    unit       BIGINT PRIMARY KEY REFERENCES unit (id),
    family     TEXT NOT NULL, -- party, state, youth; '' takes it from above
    upper_line TEXT NOT NULL, -- '' takes the name of the unit above
    own_line   TEXT NOT NULL, -- '' takes the unit's name
    place      TEXT NOT NULL, -- '' takes it from above
    symbol     TEXT NOT NULL, -- end of the symbol, "ĐU"; '' is derived
    body       TEXT NOT NULL, -- on whose behalf is signed; '' is derived
    version    BIGINT NOT NULL
);

-- All that is needed to produce a paper again stands in its row, so a number
-- never stands without its paper; file is NULL until the bytes are kept.
CREATE TABLE paper (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id),
    kind         TEXT NOT NULL, -- report, programme, reminder, summons
    code         TEXT NOT NULL, -- BC, CTr, CV, GM
    series       TEXT NOT NULL, -- name of the term, or the year
    number       BIGINT NOT NULL,
    symbol       TEXT NOT NULL, -- as printed: "12-BC/ĐU"
    day          TEXT NOT NULL,
    title        TEXT NOT NULL,
    signer       TEXT NOT NULL,
    office       TEXT NOT NULL,
    head         TEXT NOT NULL, -- letterhead as printed, JSON
    content      TEXT NOT NULL, -- JSON
    source_kind  TEXT NOT NULL,
    source       TEXT NOT NULL,
    issued_by    TEXT NOT NULL,
    issued_name  TEXT NOT NULL,
    issued_at    BIGINT NOT NULL,
    file         TEXT REFERENCES file (id),
    sha256       TEXT NOT NULL, -- '' until the bytes are kept
    withdrawn_at BIGINT,
    withdrawn_by TEXT NOT NULL,
    reason       TEXT NOT NULL,
    UNIQUE (unit, code, series, number)
);
CREATE INDEX paper_source ON paper (source_kind, source);
