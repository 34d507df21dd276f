-- +goose Up
-- Rollouts and what each unit owes.

CREATE TABLE rollout (
    id           TEXT PRIMARY KEY,
    tree         TEXT NOT NULL,
    unit         BIGINT NOT NULL REFERENCES unit (id), -- host
    scope        BIGINT NOT NULL REFERENCES unit (id), -- units under it are obliged, not it
    scope_path   TEXT NOT NULL /*C*/,
    title        TEXT NOT NULL,
    note         TEXT NOT NULL,
    fold         TEXT NOT NULL,
    state        TEXT NOT NULL, -- draft, submitted, approved, open, withdrawn, replaced
    opening_day  TEXT NOT NULL, -- '' until approved
    mark         BIGINT NOT NULL, -- what was known when the count was frozen, 0 until approved
    sheet        BIGINT NOT NULL, -- 0 until approved
    replaces     TEXT NOT NULL, -- rollout this one takes the place of, ''
    sample       SMALLINT NOT NULL, -- deadlines made up for a demonstration
    entered_by   TEXT NOT NULL,
    entered_name TEXT NOT NULL,
    entered_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL
);
CREATE INDEX rollout_unit ON rollout (unit);

CREATE TABLE rollout_directive (
    rollout   TEXT NOT NULL REFERENCES rollout (id),
    n         BIGINT NOT NULL,
    directive TEXT NOT NULL REFERENCES directive (id),
    mode      TEXT NOT NULL, -- study (quán triệt), inform (phổ biến)
    PRIMARY KEY (rollout, directive)
) /*clustered*/;
CREATE INDEX rollout_directive_directive ON rollout_directive (directive);

CREATE TABLE rollout_step (
    rollout TEXT NOT NULL REFERENCES rollout (id),
    step    TEXT NOT NULL, -- hold, reach, adopt, report
    level   BIGINT NOT NULL, -- 1: units directly under the scope
    day     TEXT NOT NULL,
    wording TEXT NOT NULL, -- before, until
    percent BIGINT NOT NULL, -- share to reach, 0 for other steps
    PRIMARY KEY (rollout, step, level)
) /*clustered*/;

CREATE TABLE rollout_event (
    id         TEXT PRIMARY KEY,
    rollout    TEXT NOT NULL REFERENCES rollout (id),
    kind       TEXT NOT NULL, -- submitted, returned, approved, opened, extended, withdrawn, replaced, reminded
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    reason     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    seq        BIGINT NOT NULL
);
CREATE INDEX rollout_event_rollout ON rollout_event (rollout);

CREATE TABLE obligation (
    rollout  TEXT NOT NULL REFERENCES rollout (id),
    step     TEXT NOT NULL,
    unit     BIGINT NOT NULL REFERENCES unit (id),
    keeper   BIGINT NOT NULL REFERENCES unit (id), -- who answers for it: the unit, or the one that took it over
    day      TEXT NOT NULL,
    wording  TEXT NOT NULL,
    percent  BIGINT NOT NULL, -- share to reach, 0 for other steps
    extended TEXT NOT NULL, -- last day after an extension, ''
    due      TEXT NOT NULL, -- last day on which it is kept
    done_at  BIGINT,
    declared SMALLINT NOT NULL, -- 1: done by a declaration
    source   TEXT NOT NULL, -- kind of the record that fulfilled it
    source_id TEXT NOT NULL,
    late_at  BIGINT, -- when it was counted late, NULL while it is not
    ended_at BIGINT, -- when the rollout was withdrawn
    PRIMARY KEY (rollout, step, unit)
) /*clustered*/;
CREATE INDEX obligation_keeper ON obligation (keeper, rollout, step, unit);
CREATE INDEX obligation_due ON obligation (due, rollout, step, unit) WHERE done_at IS NULL AND ended_at IS NULL;

-- How many were on a unit's list when the count was frozen.
CREATE TABLE rollout_due (
    rollout TEXT NOT NULL REFERENCES rollout (id),
    unit    BIGINT NOT NULL REFERENCES unit (id),
    listed  BIGINT NOT NULL,
    exempt  BIGINT NOT NULL,
    PRIMARY KEY (rollout, unit)
) /*clustered*/;

CREATE TABLE extension (
    id         TEXT PRIMARY KEY,
    rollout    TEXT NOT NULL REFERENCES rollout (id),
    step       TEXT NOT NULL,
    unit       BIGINT NOT NULL, -- 0 for all
    day        TEXT NOT NULL,
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX extension_rollout ON extension (rollout);

-- A person counts once per rollout.
CREATE TABLE credit (
    rollout  TEXT NOT NULL REFERENCES rollout (id),
    member   BIGINT NOT NULL REFERENCES member (id),
    unit     BIGINT NOT NULL, -- where the person is counted
    occasion TEXT NOT NULL,
    counted  TEXT NOT NULL, -- due, extra
    at       BIGINT NOT NULL,
    PRIMARY KEY (rollout, member)
) /*clustered*/;
CREATE INDEX credit_unit ON credit (rollout, unit);
CREATE INDEX credit_occasion ON credit (occasion);

CREATE TABLE declaration (
    id            TEXT PRIMARY KEY,
    rollout       TEXT NOT NULL REFERENCES rollout (id),
    unit          BIGINT NOT NULL REFERENCES unit (id),
    held_day      TEXT NOT NULL,
    attended      BIGINT NOT NULL,
    persons       BIGINT NOT NULL,
    trimmed       BIGINT NOT NULL, -- persons since proven by name
    signer        TEXT NOT NULL,
    paper         TEXT NOT NULL,
    file          TEXT REFERENCES file (id),
    actor         TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    at            BIGINT NOT NULL,
    withdrawn_at  BIGINT,
    withdrawn_why TEXT NOT NULL
);
CREATE UNIQUE INDEX declaration_one ON declaration (rollout, unit) WHERE withdrawn_at IS NULL;

CREATE TABLE reminder (
    rollout TEXT NOT NULL REFERENCES rollout (id),
    unit    BIGINT NOT NULL REFERENCES unit (id),
    day     TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (rollout, unit, day)
) /*clustered*/;
