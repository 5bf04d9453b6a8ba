### What is kept about people.

privacy-title = Privacy
privacy-description = What this registry keeps about you, for how long, and who sees it.
# $host is the address of this server.
privacy-lead = What you publish is public and yours. Everything else that { $host } keeps about you is on this page, and in one archive that you can make yourself.
privacy-data = Your data

## What is kept: a table of what it is, what exactly, and for how long.

privacy-kept = What is kept, and for how long
privacy-kept-what = What
privacy-kept-exactly = Exactly
privacy-kept-time = For how long

privacy-identity = Who you are
privacy-identity-exactly = Your DID, handle, the address of your server and your public key, as the network publishes them
privacy-identity-time = a copy, looked up again when needed
privacy-browsers = Browsers you are signed in with
privacy-browsers-exactly = Which browser, roughly from which network, when you signed in and last used it; one cookie, of which we keep a hash
privacy-browsers-time = 30 days without use, 180 days at most, or until you sign out
privacy-allowed = What you allowed at your server
privacy-allowed-exactly = The tokens of your server, encrypted
privacy-allowed-time = as long as a browser or access token needs them
privacy-logins = Logins with an app password
privacy-logins-exactly = The tokens of your server, encrypted, and a keyed hash of the password, never the password
privacy-logins-time =
    { $count ->
        [one] { $count } hour without use
       *[other] { $count } hours without use
    }
privacy-tokens = Access tokens and devices
privacy-tokens-exactly = Name, rights, when made and last used; of the secret a hash
privacy-tokens-time = until it expires or you revoke it; listed 30 days longer
privacy-images = Your images
privacy-images-exactly = Copies of your public manifests, tags, descriptions, and what can be searched of them
privacy-images-time = as long as your records are there; made again when somebody asks for an image of yours
privacy-decisions = What you decided here
privacy-decisions-exactly = Deletions of yours, and invites that you made for holds
privacy-decisions-time = until you have your data removed; invites 30 days at most
privacy-uploads = Uploads that were not finished
privacy-uploads-exactly = The bytes that came
privacy-archives = Archives of your data
privacy-archives-exactly = What you asked for
privacy-archives-time = one day
privacy-layers = In the hold here
privacy-layers-exactly = Layers, and public records of which blobs are yours, your membership, counters of pushes and pulls
privacy-layers-time-hours =
    { $count ->
        [one] until you delete the images; bytes that nobody needs another { $count } hour
       *[other] until you delete the images; bytes that nobody needs another { $count } hours
    }
privacy-layers-time-minutes =
    { $count ->
        [one] until you delete the images; bytes that nobody needs another { $count } minute
       *[other] until you delete the images; bytes that nobody needs another { $count } minutes
    }
privacy-log = The hold's log
privacy-log-exactly = Who decided what about the hold and its crew, by DID
privacy-log-time = one year
privacy-events = Events of the hold
privacy-events-exactly = What changed in its public records
# $database is the name of a product: SQLite or PostgreSQL.
privacy-kept-where = It lies in a { $database } database and beside it, on machines of the operator. Backups of theirs may have it longer.

## Who sees it.

privacy-seen = Who sees it
privacy-seen-repo = Records in your repo are public: images, tags, descriptions, stars. Anybody may copy them.
privacy-seen-hold = Records of a hold are public too: who its captain and crew are, and which blobs somebody stores there.
# $hold is the name of the hold, $captain that of whoever owns it.
privacy-seen-hold-public = The hold here, { $hold }, belongs to { $captain }. Everybody may pull from it.
privacy-seen-hold-private = The hold here, { $hold }, belongs to { $captain }. Only its crew may pull from it.
privacy-seen-secrets = Sessions, tokens and settings here are seen by you and by whoever operates this server. Secrets are hashed or encrypted in the database.
privacy-seen-operator = What you do here goes through this server: it writes to your repo and speaks to holds in your name, as far as you allowed at your server. It holds the key to the tokens for that, so its operator could do the same. Your password never comes here. Signing out ends it, and so does your server's own list of sessions.
privacy-seen-elsewhere = A hold elsewhere hears from you what you do there: your server vouches for you with a token for each call.

## What does not happen.

privacy-not = What does not happen
privacy-not-shared = No third party is on these pages: no analytics, no fonts, no images from elsewhere.
privacy-not-logged = Logs have no addresses and no tokens. When somebody signs in or out, or something fails for an account, its public DID is in them. Addresses count requests in memory for minutes, against floods.
privacy-not-sold = Nothing is sold, and nothing is sent to you.
privacy-not-tracked = The one cookie says which browser is yours. A second one, for ten minutes, is there while you sign in, and one remembers which accounts you chose.
