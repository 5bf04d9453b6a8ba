### Setting up a hold, /holds/set-up.

set-up-title = Set up your own hold
set-up-summary = Run your own storage for container images: the settings and commands for your machine, and a check that it came up.
# Above the title.
set-up-eyebrow = Holds
set-up-lead = A hold is one program, one address and one place for bytes: a folder or a bucket. You are its captain, you decide who may use it, and you leave with everything whenever you like.

## The form.

set-up-url = Where the hold is to answer
set-up-url-means = A domain of its own, with a certificate. The hold's lasting name is made of it, so choose one that you keep.
set-up-owner = Its captain
# Stands in the field as long as it is empty.
set-up-owner-example = your handle or DID
set-up-storage = Where the bytes lie
set-up-storage-folder = In a folder on the machine
set-up-storage-bucket = In a bucket (S3 and what speaks its language)
set-up-bucket = Bucket
set-up-region = Region
set-up-endpoint = Endpoint, unless it is at Amazon
set-up-access = Who may use it
set-up-access-public = Everybody may pull, without an account
set-up-access-crew = Everybody who signs in may join the crew and push
set-up-write = Write the settings
# What is wrong with what was typed.
set-up-url-wrong = The address is one such as https://hold.example.com, without a path.
set-up-url-insecure = A hold needs https: clients and registries refuse anything else.
set-up-owner-wrong = The captain is a handle such as alice.example.com, or a DID.
set-up-bucket-wrong = Name the bucket: letters, digits, dots and dashes.
set-up-region-wrong = The region is a word such as eu-central-1.
set-up-endpoint-wrong = The endpoint is an address such as https://s3.example.com.

## What comes of it.

set-up-settings = 1. The settings
# The name of a file: "hold.env".
set-up-settings-save = Save this as { $file } on the machine that is to run the hold. Nothing of it was kept here.
set-up-run = 2. Run it, one way or another
set-up-way-program = The program itself
set-up-way-program-means = One file without dependencies, on any Linux.
set-up-way-systemd-means = Save this as /etc/systemd/system/longshore-hold.service, hold.env as /etc/longshore/hold.env, and run: sudo systemctl enable --now longshore-hold
set-up-way-docker-means = The program lies beside hold.env and runs in a plain image.
# Stands after the one for docker.
set-up-way-podman-means = The same, without a daemon.
# A line of a Caddyfile.
set-up-proxy = Put a reverse proxy with TLS in front of port 5000: Caddy needs no more than the domain and { $line }.
set-up-look = 3. See that it came up
# What the command below it does.
set-up-look-ask = Ask it

## Whether a hold came up, /holds/set-up/check.

set-up-check = Did it come up?
set-up-check-title = Check a hold
set-up-check-summary = Asks a hold for its DID document, its repo and its captain, step by step.
set-up-check-hold = Address or DID of the hold
set-up-check-start = Check it
set-up-check-good = It came up. Registries of the network can use it.
set-up-check-bad = It is not there yet. The first step that fails says what to do.
set-up-check-open = Open the hold
# How a step went.
set-up-check-works = Works
set-up-check-fails = Fails
set-up-check-skipped = Not looked at
set-up-check-skipped-why = A step before this one has to work first.

## The steps of that, with what was found, or what to do.

set-up-check-address = The address
set-up-check-address-is = Looking at { $origin }
set-up-check-did-leads = The DID leads to { $origin }.
set-up-check-no-did = This is no DID. Type the address of the hold instead.
set-up-check-no-endpoint = The DID leads nowhere: its document cannot be fetched, or names no hold (a service #atcr_hold). For a did:web, check that its domain points to the machine and that the certificate is good.
set-up-check-no-address = This is no address. Type one such as hold.example.com.
set-up-check-no-https = A hold needs https: clients and registries refuse anything else. Put a reverse proxy with a certificate before it.

set-up-check-health = Something answers
set-up-check-answers = It answers, and says that it runs { $version }.
set-up-check-refused = { $origin } is not fetched from here: it has no public name, or leads to an address inside a network. Other registries would not reach it either.
set-up-check-status = Something answers at { $origin }, but is answered with status { $status }: check that the proxy leads to the hold, and that it runs.
set-up-check-timeout = { $origin } did not answer in time: is the hold running, and does the firewall let port 443 in?
set-up-check-unreachable = { $origin } cannot be reached: check that the domain points to the machine, that the port is open and that the certificate is good.

set-up-check-document = Its DID document
set-up-check-document-is = It is { $did }, and leads here.
set-up-check-document-status = { $address } is answered with status { $status }: the proxy must pass every path on to the hold, this one included.
# $why is an error, such as "the connection failed".
set-up-check-document-failure = { $address } is not to be had ({ $why }): the proxy must pass every path on to the hold, this one included.
set-up-check-document-no-id = Its DID document has no id: something else answers at this address. Check where the proxy leads.
set-up-check-document-no-hold = Its DID document names no hold (a service #atcr_hold): is `hold` among LONGSHORE_ROLES?
set-up-check-document-elsewhere = Its DID document leads to { $endpoint } and not here: set HOLD_PUBLIC_URL to { $origin } and start the hold again, or check the other address.

set-up-check-repo = Its repo
set-up-check-repo-is = It has the repo of { $did }.
set-up-check-repo-other = Its document says { $did }, but its repo is that of { $other }: its database is that of another hold, or HOLD_PUBLIC_URL was changed. Set it back, or start with an empty database.
set-up-check-repo-status = com.atproto.server.describeServer is answered with status { $status }: look into the log of the hold.
set-up-check-repo-failure = com.atproto.server.describeServer is not to be had ({ $why }): look into the log of the hold.

set-up-check-captain = Its captain
set-up-check-captain-public-open = Its captain is { $captain }; everybody may pull, and everybody who signs in may join.
set-up-check-captain-public = Its captain is { $captain }; everybody may pull, and the crew is invited.
set-up-check-captain-open = Its captain is { $captain }; only its crew may pull, and everybody who signs in may join.
set-up-check-captain-closed = Its captain is { $captain }; only its crew may pull, and the crew is invited.
set-up-check-captain-status = Its captain record is answered with status { $status }: set HOLD_OWNER to your handle or DID, and start the hold again.
set-up-check-captain-failure = Its captain record is not to be had ({ $why }): set HOLD_OWNER to your handle or DID, and start the hold again.
