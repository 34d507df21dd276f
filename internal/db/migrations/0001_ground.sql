-- +goose Up
-- The ground floor: units and their trees through time, members and offices,
-- logins and what they are trusted with. Units are never deleted and ids never
-- reused; names, kinds and parents are intervals of days, [from_day, to_day),
-- to_day '' while they last.

CREATE TABLE tree (
    key     TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    changed BIGINT NOT NULL, -- rises with every create, close and move, never with a renaming
    cut     BIGINT NOT NULL  -- value of changed when the newest epoch was cut
);

CREATE TABLE unit (
    id         BIGINT PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,
    phone      TEXT NOT NULL,
    sample     SMALLINT NOT NULL, -- 1: made up for a demonstration
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);

CREATE TABLE unit_name (
    unit     BIGINT NOT NULL REFERENCES unit (id),
    from_day TEXT NOT NULL,
    to_day   TEXT NOT NULL,
    name     TEXT NOT NULL,
    short    TEXT NOT NULL,
    fold     TEXT NOT NULL,
    sort     BYTEA NOT NULL,
    PRIMARY KEY (unit, from_day)
) /*clustered*/;

CREATE TABLE unit_kind (
    unit     BIGINT NOT NULL REFERENCES unit (id),
    from_day TEXT NOT NULL,
    to_day   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    PRIMARY KEY (unit, from_day)
) /*clustered*/;

CREATE TABLE unit_edge (
    tree     TEXT NOT NULL REFERENCES tree (key),
    unit     BIGINT NOT NULL REFERENCES unit (id),
    parent   BIGINT NOT NULL, -- 0 for the root
    from_day TEXT NOT NULL,
    to_day   TEXT NOT NULL,
    PRIMARY KEY (tree, unit, from_day)
) /*clustered*/;
CREATE INDEX unit_edge_parent ON unit_edge (tree, parent);

CREATE TABLE place (
    tree  TEXT NOT NULL REFERENCES tree (key),
    unit  BIGINT NOT NULL REFERENCES unit (id),
    path  TEXT NOT NULL /*C*/, -- "/a/b/": rights are ranges of it
    depth BIGINT NOT NULL,
    PRIMARY KEY (tree, unit)
) /*clustered*/;
CREATE UNIQUE INDEX place_path ON place (tree, path);

CREATE TABLE epoch (
    id       BIGINT PRIMARY KEY,
    tree     TEXT NOT NULL REFERENCES tree (key),
    version  BIGINT NOT NULL,
    from_day TEXT NOT NULL,
    cut_at   BIGINT NOT NULL,
    units    BIGINT NOT NULL,
    blob     BYTEA NOT NULL,
    UNIQUE (tree, version)
);

CREATE TABLE reform (
    id         TEXT PRIMARY KEY,
    tree       TEXT NOT NULL REFERENCES tree (key),
    kind       TEXT NOT NULL, -- create, close, rename, move, merge, split
    day        TEXT NOT NULL, -- the day it takes effect
    decision   TEXT NOT NULL, -- number and date of the paper
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    applied_at BIGINT,
    undone_at  BIGINT
);

CREATE TABLE lineage (
    reform   TEXT NOT NULL REFERENCES reform (id),
    old_unit BIGINT NOT NULL REFERENCES unit (id),
    new_unit BIGINT NOT NULL REFERENCES unit (id),
    num      BIGINT NOT NULL, -- share of the old unit that went to the new one
    den      BIGINT NOT NULL,
    keeper   SMALLINT NOT NULL, -- 1: takes over what was owed
    assumed  SMALLINT NOT NULL, -- 1: the paper does not say, we took it so
    PRIMARY KEY (reform, old_unit, new_unit)
) /*clustered*/;

CREATE TABLE member (
    id         BIGINT PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    fold       TEXT NOT NULL,
    sort       BYTEA NOT NULL,
    phone      TEXT NOT NULL,
    email      TEXT NOT NULL,
    sample     SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
CREATE INDEX member_fold ON member (fold);

-- A membership is written once and ended once. Both deeds bear a mark from the
-- one rising sequence of ids, so what was known at any deed about any day can
-- be asked again: a count frozen at mark M sees what has id < M and not
-- 0 < ended < M.
CREATE TABLE membership (
    id          BIGINT PRIMARY KEY,
    member      BIGINT NOT NULL REFERENCES member (id),
    unit        BIGINT NOT NULL REFERENCES unit (id),
    from_day    TEXT NOT NULL,
    to_day      TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    ended       BIGINT NOT NULL, -- mark of the deed that ended it, 0 while it lasts
    ended_at    BIGINT
);
CREATE INDEX membership_unit ON membership (unit, from_day);
CREATE INDEX membership_member ON membership (member);
CREATE UNIQUE INDEX membership_one ON membership (member) WHERE ended = 0;

CREATE TABLE exemption (
    id          BIGINT PRIMARY KEY,
    member      BIGINT NOT NULL REFERENCES member (id),
    from_day    TEXT NOT NULL,
    to_day      TEXT NOT NULL,
    paper       TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    ended       BIGINT NOT NULL,
    ended_at    BIGINT
);
CREATE INDEX exemption_member ON exemption (member);

CREATE TABLE term (
    id       TEXT PRIMARY KEY,
    unit     BIGINT NOT NULL REFERENCES unit (id),
    name     TEXT NOT NULL, -- "2020-2025"
    from_day TEXT NOT NULL,
    to_day   TEXT NOT NULL,
    UNIQUE (unit, name)
);

CREATE TABLE office (
    id       TEXT PRIMARY KEY,
    unit     BIGINT NOT NULL REFERENCES unit (id),
    member   BIGINT NOT NULL REFERENCES member (id),
    term     TEXT, -- NULL outside a term
    title    TEXT NOT NULL,
    rank     BIGINT NOT NULL, -- 1 head, 2 deputy, 3 standing board, 4 committee, 9 other
    from_day TEXT NOT NULL,
    to_day   TEXT NOT NULL,
    FOREIGN KEY (term) REFERENCES term (id)
);
CREATE INDEX office_unit ON office (unit);
CREATE INDEX office_member ON office (member);

CREATE TABLE account (
    id          TEXT PRIMARY KEY,
    login       TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    member      BIGINT REFERENCES member (id),
    password    TEXT NOT NULL, -- argon2id in its usual notation, '' until first set
    created_at  BIGINT NOT NULL,
    disabled_at BIGINT,
    version     BIGINT NOT NULL
);

CREATE TABLE account_grant (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES account (id),
    role       TEXT NOT NULL,
    tree       TEXT NOT NULL REFERENCES tree (key),
    unit       BIGINT NOT NULL REFERENCES unit (id),
    from_day   TEXT NOT NULL,
    to_day     TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    at         BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX account_grant_account ON account_grant (account);
CREATE INDEX account_grant_unit ON account_grant (unit);

CREATE TABLE session (
    id         TEXT PRIMARY KEY, -- public name of the session
    hash       TEXT NOT NULL UNIQUE, -- SHA-256 of the secret in the cookie
    account    TEXT NOT NULL REFERENCES account (id),
    acting     TEXT NOT NULL, -- grant's tree and unit the person acts for
    agent      TEXT NOT NULL,
    addr       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX session_account ON session (account);

CREATE TABLE login_attempt (
    login TEXT NOT NULL, -- folded; also for logins that do not exist
    addr  TEXT NOT NULL,
    at    BIGINT NOT NULL
);
CREATE INDEX login_attempt_login ON login_attempt (login, at);
CREATE INDEX login_attempt_addr ON login_attempt (addr, at);

-- A one-time link or slip: the first password, or a lost one.
CREATE TABLE invitation (
    hash       TEXT PRIMARY KEY, -- SHA-256 of the secret on the slip
    account    TEXT NOT NULL REFERENCES account (id),
    made_by    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE TABLE api_token (
    hash       TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES account (id),
    made_at    BIGINT NOT NULL,
    revoked_at BIGINT
);
