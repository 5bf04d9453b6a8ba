-- Signing in through the browser. Times are unix milliseconds; "hash" is SHA-256 of a random secret that only a browser
-- has; "sealed" is encrypted with a key outside the database.

-- accounts: sign-ins that somebody has begun and not yet come back from. A row is used once, by deleting it.
CREATE TABLE oauth_requests (
    state_hash    BLOB    NOT NULL PRIMARY KEY,
    browser_hash  BLOB    NOT NULL,  -- of the cookie of the browser that began
    issuer        TEXT    NOT NULL,
    did           TEXT,              -- whom the person named; NULL when they named a server
    scopes        TEXT    NOT NULL,
    client_key_id TEXT,              -- key of the client's assertions; NULL for the client of a developer's machine
    secrets       BLOB    NOT NULL,  -- sealed: DPoP key and PKCE verifier
    return_to     TEXT    NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_requests_expiry ON oauth_requests (expires_at);

-- accounts: what somebody's authorization server granted, several per person.
CREATE TABLE oauth_sessions (
    id                   TEXT    NOT NULL PRIMARY KEY,
    did                  TEXT    NOT NULL,
    pds_url              TEXT    NOT NULL,
    issuer               TEXT    NOT NULL,
    scopes               TEXT    NOT NULL,
    client_key_id        TEXT,
    dpop_key             BLOB    NOT NULL,  -- sealed
    access_token         BLOB    NOT NULL,  -- sealed
    refresh_token        BLOB,              -- sealed; NULL where none was given
    access_expires_at    INTEGER NOT NULL,
    refreshed_at         INTEGER NOT NULL,  -- when the server last gave tokens
    refresh_started_at   INTEGER,           -- set while one request refreshes
    unanswered_refreshes INTEGER NOT NULL,  -- how often the refresh token was sent without an answer
    lost_at              INTEGER,           -- when it turned out that an answer had been lost, and with it the tokens
    kept_for_tokens      INTEGER NOT NULL,  -- 1 when access tokens or devices use it, so that signing out does not end it
    last_used_at         INTEGER NOT NULL,
    created_at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX oauth_sessions_did ON oauth_sessions (did, refreshed_at);
CREATE INDEX oauth_sessions_last_used ON oauth_sessions (last_used_at);

-- accounts: browsers that are signed in.
CREATE TABLE browser_sessions (
    id_hash          BLOB    NOT NULL PRIMARY KEY,
    name             TEXT    NOT NULL UNIQUE,  -- by which pages speak of it
    did              TEXT    NOT NULL,
    oauth_session_id TEXT    NOT NULL,
    browser          TEXT    NOT NULL,         -- such as "Firefox on Linux"
    signed_in_at     INTEGER NOT NULL,         -- when the person last showed who they are
    last_used_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX browser_sessions_did ON browser_sessions (did, last_used_at);
CREATE INDEX browser_sessions_oauth ON browser_sessions (oauth_session_id);
CREATE INDEX browser_sessions_last_used ON browser_sessions (last_used_at);
