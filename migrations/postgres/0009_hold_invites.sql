-- Links that let somebody into the crew of a hold, here or elsewhere. The secret in the link is here as its SHA-256
-- only. Times are unix milliseconds.

CREATE TABLE hold_invites (
    id          TEXT    NOT NULL PRIMARY KEY, -- names it in lists and forms; opens nothing
    secret_hash BYTEA   NOT NULL,
    hold_did    TEXT    NOT NULL,
    created_by  TEXT    NOT NULL, -- in whose name it lets people in
    note        TEXT    NOT NULL,
    tier        TEXT,             -- the tier it gives; NULL for the default
    uses_left   BIGINT  NOT NULL,
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL
);
CREATE UNIQUE INDEX hold_invites_secret ON hold_invites (secret_hash);
CREATE INDEX hold_invites_hold ON hold_invites (hold_did, created_at);
CREATE INDEX hold_invites_expiry ON hold_invites (expires_at);
