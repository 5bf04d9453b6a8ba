-- Signing in through the browser. Times are unix milliseconds; "hash" is SHA-256 of a random secret that only a browser
-- has; "sealed" is encrypted with a key outside the database.

-- accounts: sign-ins that somebody has begun and not yet come back from. A row is used once, by deleting it.
CREATE TABLE oauth_requests (
    state_hash    BYTEA   NOT NULL PRIMARY KEY,
    browser_hash  BYTEA   NOT NULL,  -- of the cookie of the browser that began
    issuer        TEXT COLLATE "C" NOT NULL,
    did           TEXT COLLATE "C",  -- whom the person named; NULL when they named a server
    scopes        TEXT COLLATE "C" NOT NULL,
    client_key_id TEXT COLLATE "C",  -- key of the client's assertions; NULL for the client of a developer's machine
    secrets       BYTEA   NOT NULL,  -- sealed: DPoP key and PKCE verifier
    return_to     TEXT COLLATE "C" NOT NULL,
    expires_at    BIGINT  NOT NULL
);
CREATE INDEX oauth_requests_expiry ON oauth_requests (expires_at);

-- accounts: what somebody's authorization server granted, several per person.
CREATE TABLE oauth_sessions (
    id                   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    did                  TEXT COLLATE "C" NOT NULL,
    pds_url              TEXT COLLATE "C" NOT NULL,
    issuer               TEXT COLLATE "C" NOT NULL,
    scopes               TEXT COLLATE "C" NOT NULL,
    client_key_id        TEXT COLLATE "C",
    dpop_key             BYTEA   NOT NULL,  -- sealed
    access_token         BYTEA   NOT NULL,  -- sealed
    refresh_token        BYTEA,  -- sealed; NULL where none was given
    access_expires_at    BIGINT  NOT NULL,
    refreshed_at         BIGINT  NOT NULL,  -- when the server last gave tokens
    refresh_started_at   BIGINT,  -- set while one request refreshes
    unanswered_refreshes BIGINT  NOT NULL,  -- how often the refresh token was sent without an answer
    lost_at              BIGINT,  -- when it turned out that an answer had been lost, and with it the tokens
    kept_for_tokens      BIGINT  NOT NULL,  -- 1 when access tokens or devices use it, so that signing out does not end it
    last_used_at         BIGINT  NOT NULL,
    created_at           BIGINT  NOT NULL
);
CREATE INDEX oauth_sessions_did ON oauth_sessions (did, refreshed_at);
CREATE INDEX oauth_sessions_last_used ON oauth_sessions (last_used_at);

-- accounts: browsers that are signed in.
CREATE TABLE browser_sessions (
    id_hash          BYTEA   NOT NULL PRIMARY KEY,
    name             TEXT COLLATE "C" NOT NULL UNIQUE,  -- by which pages speak of it
    did              TEXT COLLATE "C" NOT NULL,
    oauth_session_id TEXT COLLATE "C" NOT NULL,
    browser          TEXT COLLATE "C" NOT NULL,  -- such as "Firefox on Linux"
    signed_in_at     BIGINT  NOT NULL,  -- when the person last showed who they are
    last_used_at     BIGINT  NOT NULL
);
CREATE INDEX browser_sessions_did ON browser_sessions (did, last_used_at);
CREATE INDEX browser_sessions_oauth ON browser_sessions (oauth_session_id);
CREATE INDEX browser_sessions_last_used ON browser_sessions (last_used_at);
