-- +goose Up
-- Quizzes: banks of questions, quizzes about a thing that a slice above knows, and
-- what each person answered.

CREATE TABLE quiz_bank (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id),
    title        TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL
);
CREATE INDEX quiz_bank_unit ON quiz_bank (unit);

-- A question is never changed: it is dropped, and another stands in its place.
CREATE TABLE quiz_question (
    bank    TEXT NOT NULL REFERENCES quiz_bank (id),
    n       BIGINT NOT NULL, -- from 1
    text    TEXT NOT NULL,
    options TEXT NOT NULL, -- JSON, 2 to 6
    correct BIGINT NOT NULL, -- a bit for each option that is right
    several SMALLINT NOT NULL, -- 1: any number of options may be chosen
    points  BIGINT NOT NULL,
    why     TEXT NOT NULL, -- explanation
    dropped SMALLINT NOT NULL,
    PRIMARY KEY (bank, n)
) /*clustered*/;

CREATE TABLE quiz (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id), -- that runs it
    kind         TEXT NOT NULL, -- of its subject
    subject      TEXT NOT NULL,
    part         TEXT NOT NULL, -- of the subject, '' for all of it
    title        TEXT NOT NULL,
    bank         TEXT NOT NULL REFERENCES quiz_bank (id),
    fixed        TEXT NOT NULL, -- numbers of questions, '' for random ones
    number       BIGINT NOT NULL, -- of questions
    minutes      BIGINT NOT NULL,
    attempts     BIGINT NOT NULL, -- allowed
    pass         BIGINT NOT NULL, -- percent
    opens_at     BIGINT NOT NULL,
    closes_at    BIGINT NOT NULL,
    state        TEXT NOT NULL, -- draft, open, closed
    sheet        BIGINT NOT NULL, -- 0 until opened
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX quiz_subject ON quiz (kind, subject);

-- Who is to take a quiz, and the best attempt of each.
CREATE TABLE quiz_person (
    quiz     TEXT NOT NULL REFERENCES quiz (id),
    member   BIGINT NOT NULL REFERENCES member (id),
    unit     BIGINT NOT NULL, -- home
    attempts BIGINT NOT NULL, -- begun
    taken    SMALLINT NOT NULL, -- 1: one is finished
    passed   SMALLINT NOT NULL,
    points   BIGINT NOT NULL,
    out_of   BIGINT NOT NULL,
    PRIMARY KEY (quiz, member)
) /*clustered*/;
CREATE INDEX quiz_person_unit ON quiz_person (quiz, unit, member);
CREATE INDEX quiz_person_member ON quiz_person (member);

CREATE TABLE quiz_attempt (
    quiz        TEXT NOT NULL,
    member      BIGINT NOT NULL,
    n           BIGINT NOT NULL, -- from 1
    seed        BIGINT NOT NULL, -- of the order of questions and options
    questions   TEXT NOT NULL, -- their numbers, in the order asked
    started_at  BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    finished_at BIGINT,
    points      BIGINT NOT NULL,
    out_of      BIGINT NOT NULL,
    PRIMARY KEY (quiz, member, n)
) /*clustered*/;
CREATE INDEX quiz_attempt_open ON quiz_attempt (ends_at) WHERE finished_at IS NULL;

CREATE TABLE quiz_answer (
    quiz     TEXT NOT NULL,
    member   BIGINT NOT NULL,
    attempt  BIGINT NOT NULL,
    question BIGINT NOT NULL,
    chosen   BIGINT NOT NULL, -- a bit for each option
    at       BIGINT NOT NULL,
    PRIMARY KEY (quiz, member, attempt, question)
) /*clustered*/;
