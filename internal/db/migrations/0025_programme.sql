-- +goose Up
-- The programme of a conference as people outside see it, its materials, and which
-- conferences are patterns for others.

CREATE TABLE programme (
    conference TEXT PRIMARY KEY REFERENCES conference (id),
    visibility TEXT NOT NULL, -- private, invited, public
    address    TEXT NOT NULL, -- in /p/ADDRESS
    pattern    SMALLINT NOT NULL, -- 1: its unit makes others like it
    version    BIGINT NOT NULL
) /*clustered*/;
CREATE UNIQUE INDEX programme_address ON programme (address);

CREATE TABLE material (
    id         TEXT PRIMARY KEY,
    conference TEXT NOT NULL,
    topic      TEXT NOT NULL,
    title      TEXT NOT NULL,
    open       SMALLINT NOT NULL, -- 1: on the page for people outside too
    version    BIGINT NOT NULL,
    FOREIGN KEY (conference, topic) REFERENCES conference_topic (conference, id)
) /*clustered*/;
CREATE INDEX material_topic ON material (conference, topic);

-- The newest file of a material stands, the earlier ones stay.
CREATE TABLE material_file (
    material TEXT NOT NULL REFERENCES material (id),
    n        BIGINT NOT NULL, -- from 1
    file     TEXT NOT NULL REFERENCES file (id),
    by_name  TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (material, n)
) /*clustered*/;
