-- +goose Up
-- A unit's report to the unit above. Figures are never stored: a report keeps
-- the last post it had seen when it was submitted, and its figures are counted
-- again from the posts up to there.

CREATE TABLE report (
    id           TEXT PRIMARY KEY,
    form         TEXT NOT NULL, -- key of a form
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id),
    rollout      TEXT NOT NULL REFERENCES rollout (id),
    state        TEXT NOT NULL, -- draft, submitted, returned, accepted
    post_mark    BIGINT NOT NULL, -- last post counted, 0 while it is a draft
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    UNIQUE (form, rollout, unit)
);
CREATE INDEX report_unit ON report (unit);

CREATE TABLE report_answer (
    report TEXT NOT NULL REFERENCES report (id),
    item   TEXT NOT NULL, -- key of the form's item
    text   TEXT NOT NULL,
    PRIMARY KEY (report, item)
);

CREATE TABLE report_event (
    id         TEXT PRIMARY KEY,
    report     TEXT NOT NULL REFERENCES report (id),
    kind       TEXT NOT NULL, -- submitted, returned, accepted
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    office     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    seq        BIGINT NOT NULL
);
CREATE INDEX report_event_report ON report_event (report);
