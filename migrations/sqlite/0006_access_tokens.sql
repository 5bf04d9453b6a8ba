-- Access tokens of people, the logins by which docker-credential-longshore gets one, and nothing that could be
-- presented: every secret is here as its SHA-256 only. Times are unix milliseconds.

CREATE TABLE access_tokens (
    id           TEXT    NOT NULL PRIMARY KEY,
    did          TEXT    NOT NULL, -- whose it is
    secret_hash  BLOB    NOT NULL, -- SHA-256 of the whole token
    kind         TEXT    NOT NULL, -- 'personal' (made on the settings page) or 'device' (by a login)
    name         TEXT    NOT NULL,
    scopes       TEXT    NOT NULL, -- JSON: [{"repositories": "did:plc:…/app-*", "actions": ["pull"]}]
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER           -- to a minute
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX access_tokens_secret ON access_tokens (secret_hash);
CREATE INDEX access_tokens_did ON access_tokens (did, created_at);
CREATE INDEX access_tokens_expiry ON access_tokens (expires_at);

-- Logins by device code (RFC 8628), from the request until the device has fetched its token.
CREATE TABLE device_logins (
    device_code_hash BLOB    NOT NULL PRIMARY KEY,
    user_code        TEXT    NOT NULL,
    client           TEXT    NOT NULL, -- program and version, as it says
    device           TEXT    NOT NULL, -- name of the machine, as it says
    state            TEXT    NOT NULL, -- 'pending', 'approved' or 'denied'
    did              TEXT,             -- who approved it
    poll_interval    INTEGER NOT NULL, -- milliseconds
    last_polled_at   INTEGER,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX device_logins_user_code ON device_logins (user_code);
CREATE INDEX device_logins_expiry ON device_logins (expires_at);

-- Logins by loopback redirect (RFC 8252), from the approval until the code is redeemed.
CREATE TABLE loopback_logins (
    code_hash      BLOB    NOT NULL PRIMARY KEY,
    did            TEXT    NOT NULL, -- who approved it
    device         TEXT    NOT NULL,
    redirect_uri   TEXT    NOT NULL,
    code_challenge TEXT    NOT NULL, -- S256 (RFC 7636)
    expires_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX loopback_logins_expiry ON loopback_logins (expires_at);
