-- +goose Up
-- Devices that check people in at a site without a network, and the codes by which
-- they are enrolled. Of tokens and codes only digests are kept.

CREATE TABLE device (
    id            TEXT PRIMARY KEY,
    conference    TEXT NOT NULL REFERENCES conference (id),
    site          BIGINT NOT NULL,
    name          TEXT NOT NULL,
    hash          TEXT NOT NULL UNIQUE, -- SHA-256 of its token
    mac           TEXT NOT NULL, -- what an HMAC under its token begins with, see proof.go
    account       TEXT NOT NULL REFERENCES account (id), -- who enrolled it, and acts by it
    account_name  TEXT NOT NULL,
    tree          TEXT NOT NULL, -- for which unit they act
    unit          TEXT NOT NULL, -- key
    enrolled_at   BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    revoked_at    BIGINT,
    revoked_name  TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL DEFAULT '', -- of the revocation
    seen_at       BIGINT, -- last contact
    offset_ms     BIGINT NOT NULL DEFAULT 0, -- server's clock less the device's, at the last contact
    waiting       BIGINT NOT NULL DEFAULT 0, -- facts it said it still held, then
    apart         BIGINT NOT NULL DEFAULT 0, -- facts set aside because it may send none
    given_at      BIGINT, -- the list it was given last
    given         TEXT NOT NULL DEFAULT '', -- which
    given_who     TEXT NOT NULL DEFAULT '' -- and who was on it
);
CREATE INDEX device_site ON device (conference, site);
CREATE INDEX device_account ON device (account);

CREATE TABLE device_code (
    hash         TEXT PRIMARY KEY, -- SHA-256 of the code
    conference   TEXT NOT NULL REFERENCES conference (id),
    site         BIGINT NOT NULL,
    account      TEXT NOT NULL REFERENCES account (id),
    account_name TEXT NOT NULL,
    tree         TEXT NOT NULL,
    unit         TEXT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX device_code_account ON device_code (account);

-- Codes that were none, by the address they came from, against guessing.
CREATE TABLE device_attempt (
    addr TEXT NOT NULL,
    at   BIGINT NOT NULL
);
CREATE INDEX device_attempt_addr ON device_attempt (addr, at);

-- What was decided about a fact that was set aside. That itself stays as it came.
CREATE TABLE device_decision (
    occasion   TEXT NOT NULL REFERENCES occasion (id),
    site       BIGINT NOT NULL,
    id         TEXT NOT NULL,
    body       TEXT NOT NULL,
    decision   TEXT NOT NULL, -- released, left
    result     TEXT NOT NULL, -- what became of it when it was released
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (occasion, site, id, body)
) /*clustered*/;
