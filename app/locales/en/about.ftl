### What this server is: about, status, terms, installing the credential helper.

## About.

about-title = About
about-description = What this registry is, what it stands on, and how to use it by keyboard.
about-heading = About this registry
about-lead = Longshore keeps container images under the handle that you already have. What you publish is signed by your own account, and you can leave with all of it.
about-where = What is where
# Followed by the link "AT Protocol".
about-where-records = Manifests and tags are records in the repo of whoever pushed them, at the server that hosts their account.
about-where-layers = Layers lie in holds: stores with a captain who owns them and a crew that may use them. Anybody can run one.
# $host is the address of this server, $protocol the link "OCI distribution protocol".
about-where-server = This server, { $host }, is the way in for docker and its kin. It speaks the { $protocol }, and its list of images is a copy that can be made again.
about-where-server-protocol-link = OCI distribution protocol
about-operator = Who runs it
# $contact is a link with a mail address or web address.
about-operator-contact = You reach the operator of this server at { $contact }.
about-keyboard = By keyboard
about-keyboard-words = Tab reaches everything, and the first press of it offers to skip to the content. Where scripts run, these keys work on every page:
about-programs = For programs
# $prefix is the beginning of a path: "/api/v1".
about-programs-words = Every page about people and images is there as JSON: put { $prefix } before its address. Pushes are there as Atom feeds.
about-more = More
# In the next three, $link is the title of the page.
about-more-privacy = { $link }: what is kept about you, for how long, and who sees it
about-more-terms = { $link }: what you may expect, and what we do
about-more-status = { $link }: whether everything works right now

## Terms.

terms-title = Terms
terms-description = What you may expect of this registry, and what it expects of you.
terms-lead = Short, because most of what matters is yours and not ours.
terms-yours = Yours
terms-yours-pushed = What you push stays yours. You let this server copy and serve it, to whomever its hold lets read.
terms-yours-leaving = You may leave at any time, with everything: { $link }.
terms-yours-leaving-link = take your data along, or have it removed
terms-yours-harm = Publish only what you may publish, and nothing that harms whoever runs it: no malware, no stolen work, no secrets of others.
terms-ours = Ours
terms-ours-stored = A push that was answered with success is stored. A blob is served only under the digest that its bytes have.
terms-ours-holds = Each hold has its own captain, rules and quotas. A captain may end a membership; what you stored stays until its time of grace is over.
terms-ours-operator = The operator may stop serving what breaks the law or these terms. Your records in your own repo are out of their reach.
# $link is "the status".
terms-ours-warranty = There is no warranty. Keep what you cannot lose in more than one place; { $link } says what works right now.
terms-ours-warranty-link = the status
terms-software = The software
terms-software-words = Longshore is free software, under the MIT licence or the Apache License 2.0, as you like.

## Status.

status-title = Status
status-description = Whether this registry works right now.
status-good = Everything works
status-partly =
    { $count ->
        [one] This server works; { $count } part elsewhere does not answer
       *[other] This server works; { $count } parts elsewhere do not answer
    }
status-bad = Something here is broken
# $link is "look again".
status-looked = Longshore { $version }. Looked at less than half a minute ago; { $link }.
status-looked-link = look again
status-json = As JSON
# Beside a part of the server: whether it works.
status-works = Works
status-fails = Does not

## The parts of the server on the page of the status: what they are, and what is said of them.

status-database = Database
status-blob-store = Blob store
status-hold = Hold
status-hold-elsewhere = Hold elsewhere
status-relay = Relay
# What the blob store is made of.
status-folder = folder
status-bucket = bucket
status-answers = Answers
status-silent = Does not answer
status-hold-public = Everybody may pull
status-hold-private = Its crew may pull
status-relay-follows = Follows the hold here
# $status is a word of the relay's own, such as "active".
status-relay-follows-as = Follows the hold here ({ $status })

## Installing the credential helper.

install-title = Log in with docker
install-description = docker-credential-longshore logs docker, podman and skopeo in through your browser.
# $program is docker-credential-longshore.
install-lead = One small program, { $program }, logs docker, podman, buildah and skopeo in through your browser. No password, and nothing to paste.
install-get = 1. Get it
install-get-source = In the source of this registry, with Rust installed:
# Labels of commands are imperatives: this and the following ones.
install-get-command = Build and install
# $folder is "~/.local", $prefix the name of a variable, "PREFIX".
install-get-where = It goes into { $folder }, or wherever { $prefix } says, with its manual page and completion for bash, zsh and fish. On Linux it is one file that needs no library of the system: copy it to machines without a compiler as it is.
install-log-in = 2. Log in
install-log-in-command = Log in through the browser
install-log-in-browser = Your browser opens a page of this registry, which says what asks; you approve, and the terminal goes on. On a server without a browser, you see a code to type on any other computer:
install-log-in-code-command = Log in by a code
install-configure = 3. Tell docker
install-configure-words = Once. It adds one line to docker's configuration, which podman and skopeo read as well.
install-configure-command = Configure docker
install-good = Good to know
# $switch and $status are commands.
install-good-accounts = Several accounts: log in again as another one. The right one is chosen by the image's name; { $switch } says which is used where the name does not tell, and { $status } lists them.
install-good-keychain = The login is kept in your system's keychain where docker's own program for it is installed, otherwise in a file that only you can read; you are told which.
# $link is "Access tokens", $logout a command.
install-good-end = Each computer has a login of its own, which you see and end under { $link }, or with { $logout }.
install-good-end-link = Access tokens
install-good-waits = A push never waits for a login: without one it fails at once and says so.
install-good-ci = For CI and clusters, make an { $link }.
install-good-ci-link = access token
install-good-public = To pull public images, you need none of this.
