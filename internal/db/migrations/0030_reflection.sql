-- +goose Up
-- Reflection papers after a conference: what is asked, what each person has handed
-- in, and the signatures that hint at papers alike.

CREATE TABLE reflection (
    conference   TEXT PRIMARY KEY REFERENCES conference (id),
    asks         TEXT NOT NULL, -- who hands in: attended, invited
    takes        TEXT NOT NULL, -- text, file, both
    least        BIGINT NOT NULL, -- characters of each answer
    most         BIGINT NOT NULL,
    last_day     TEXT NOT NULL,
    rule         TEXT NOT NULL, -- pass, points
    pass_mark    BIGINT NOT NULL, -- tenths of a point
    graders      TEXT NOT NULL, -- host, home, both
    state        TEXT NOT NULL, -- draft, open, closed
    sheet        BIGINT NOT NULL, -- 0 until opened
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);

CREATE TABLE reflection_question (
    conference TEXT NOT NULL REFERENCES reflection (conference),
    n          BIGINT NOT NULL, -- from 1
    text       TEXT NOT NULL,
    PRIMARY KEY (conference, n)
) /*clustered*/;

-- How each person stands. n is the newest version of the paper.
CREATE TABLE reflection_person (
    conference TEXT NOT NULL REFERENCES reflection (conference),
    member     BIGINT NOT NULL REFERENCES member (id),
    unit       BIGINT NOT NULL, -- home on the roll
    due        SMALLINT NOT NULL, -- 1: has to hand in
    state      TEXT NOT NULL, -- '' nothing stands, handed, returned, accepted
    late       SMALLINT NOT NULL,
    grade      BIGINT NOT NULL, -- tenths of a point, 10 or 0 for passed or not; -1 for none
    passed     SMALLINT NOT NULL,
    n          BIGINT NOT NULL,
    handed_at  BIGINT,
    version    BIGINT NOT NULL,
    PRIMARY KEY (conference, member)
) /*clustered*/;
CREATE INDEX reflection_person_unit ON reflection_person (conference, unit, member);
CREATE INDEX reflection_person_member ON reflection_person (member);

CREATE TABLE reflection_version (
    conference TEXT NOT NULL,
    member     BIGINT NOT NULL,
    n          BIGINT NOT NULL, -- from 1
    answers    TEXT NOT NULL, -- JSON, in the order of the questions
    file       TEXT NOT NULL, -- id, '' for none
    file_text  TEXT NOT NULL, -- of a .docx
    whole      SMALLINT NOT NULL, -- 0: a file whose text cannot be read is part of it
    other      SMALLINT NOT NULL, -- 1: entered by somebody else for the person
    late       SMALLINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (conference, member, n)
) /*clustered*/;

CREATE TABLE reflection_draft (
    conference TEXT NOT NULL,
    member     BIGINT NOT NULL,
    answers    TEXT NOT NULL,
    file       TEXT NOT NULL,
    file_text  TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (conference, member)
) /*clustered*/;

CREATE TABLE reflection_event (
    conference TEXT NOT NULL,
    member     BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    kind       TEXT NOT NULL, -- handed, withdrawn, returned, accepted, graded
    n          BIGINT NOT NULL, -- version of the paper
    grade      BIGINT NOT NULL, -- -1 for none
    note       TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (conference, member, id)
) /*clustered*/;

-- Of the paper that stands: the least hashes of its runs of five words, and a row
-- for each band of them.
CREATE TABLE reflection_signature (
    conference TEXT NOT NULL,
    member     BIGINT NOT NULL,
    hashes     BYTEA NOT NULL,
    PRIMARY KEY (conference, member)
) /*clustered*/;

CREATE TABLE reflection_band (
    conference TEXT NOT NULL,
    hash       BIGINT NOT NULL, -- of a band, its number mixed in
    member     BIGINT NOT NULL,
    PRIMARY KEY (conference, hash, member)
) /*clustered*/;
