### The first page.

home-description = A container registry on the AT Protocol: push images under the handle you already have.

## What Longshore is.

home-eyebrow = Container registry on the AT Protocol
home-title = Ship images under your own name
home-lead = Longshore is a container registry where the handle you already have is your namespace. Push with the tools you already use.
home-about = Every manifest and tag becomes a signed record in your own repo, at the server that hosts your account. The layers lie in a hold, a store that anybody can run on a disk or a bucket. What you publish stays yours, and everyone can check that it came from you.
# Before an image name like "registry.example/alice.example/repository", whose last part is the next message.
home-namespace = Your images are named
home-namespace-repository = repository
home-start = Push your first image

## The commands.

home-commands = Push, then pull
home-password = You log in with your handle and an app password: a second password for programs, which you can revoke at any time. Never give your account's own password.
# $link is "Settings, App passwords", the way through the menus of Bluesky.
home-password-where = On Bluesky you make one under { $link }; other hosts have the same page in their account settings.
home-password-where-link = Settings, App passwords
# $helper is the link "log in through your browser", $tokens the link "make access tokens".
home-no-password = Without any password: { $helper } with a small program that docker asks, and { $tokens } for CI.
home-no-password-helper-link = log in through your browser
home-no-password-tokens-link = make access tokens
home-tool = Your tool
# $tool is the name of a program: docker, podman.
home-commands-for = Commands for { $tool }
home-log-in = Log in
home-push = Push
home-pull = Pull
# Stands in the commands where the reader's handle belongs, so without blanks.
home-commands-handle = <your-handle>
home-note-plain-http = This server speaks plain HTTP. Docker accepts that on the same machine; from another one, list the server under insecure-registries in Docker's configuration.
home-note-crane = crane reads the app password from standard input: type it, then press Ctrl-D.

## Whether the first push has arrived.

# $link is "Sign in".
home-first-push-sign-in = { $link } and these commands have your handle in them, and this page tells you when your first push arrives.
home-first-push-sign-in-link = Sign in
home-first-push-waiting = Waiting for your first push.
home-first-push-with-script = This turns green by itself when it arrives.
home-first-push-without-script = Load this page again after it.
# $image is a link to the image, $when how long ago: "2 minutes ago".
home-first-push-arrived = It arrived: { $image }, pushed { $when }.

## Finding images.

home-find = Find images
# Names the form for screen readers.
home-find-landmark = Images
home-recent = Recently pushed
home-recent-all = All repositories
home-recent-none = The first push that everybody may see makes the first line here, a few seconds later.

## What lies where.

home-places = Where everything is kept
home-place-repo = Manifests and tags
home-place-repo-words = Records in your own repo, signed with your account's key. They move with you when you change your host, and you can read them with any AT Protocol tool.
home-place-hold = Layers
home-place-hold-words = Blobs in this hold, stored by their digest and checked before anyone can see them.
home-place-hold-none = The layers lie in a hold. This server has none of its own yet, so it cannot take pushes.
home-place-registry = This registry
# $host is the address of this server, as image names begin.
home-place-registry-words = { $host } speaks the OCI distribution protocol to your tools. Its own list of images is a cache that can be rebuilt from repos and holds.
home-hold = Hold
home-hold-captain = Captain
home-hold-pull = Who may pull
home-hold-pull-anyone = anyone, without an account
home-hold-pull-account = after logging in
