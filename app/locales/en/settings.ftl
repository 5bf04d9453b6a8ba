### Somebody's own settings: profile, sessions, access tokens, quota.
