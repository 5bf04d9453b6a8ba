### What is on every page, and what many pages share.

site-name = Longshore

## The bar at the top, and the foot.

layout-skip = Skip to content
layout-search-landmark = All repositories
layout-search-label = Search repositories
layout-search-placeholder = Search
layout-menu = Menu
layout-account-landmark = Your account
layout-settings-hint = Your settings
layout-sign-out = Sign out
layout-sign-in = Sign in
layout-holds = Holds
layout-version = Longshore { $version }
layout-about = About
layout-privacy = Privacy
layout-terms = Terms
layout-status = Status

# The title of the window: what the page is about, and where it is.
layout-title = { $page } · Longshore
layout-picture-site = Longshore: ship images under your own name
layout-picture-repository = The signal flag, name, description, platforms and size of a repository

## The switch between themes.

theme-legend = Theme
theme-system = As the system
theme-light = Light
theme-dark = Dark

## The keys.

keys-title = By keyboard
keys-search = Search
keys-step = Next and previous in a list; the arrows too, once you are in it
keys-copy = Copy the pull command of the page
keys-help = Show these keys
keys-leave = Leave a field, or close what is open
keys-close = Close

## A page that leads on to another at once: its title, and with "…" all that it says before its link.

onward-server = Taking you to { $host }
onward-signed-in = Signed in
onward-page = Opening the page
# Back to the program on this computer that asked to log in.
onward-program = Going back to the program
onward-link = Go on

## To whoever did something too often, behind a sentence that says what.

again-seconds =
    { $count ->
        [one] Try again in a second.
       *[other] Try again in { $count } seconds.
    }
again-minutes =
    { $count ->
        [one] Try again in { $count } minute.
       *[other] Try again in { $count } minutes.
    }

## What can be copied: what the buttons do, for whoever cannot see it.

# $what is what stands above the command, which says what it does.
copy-command = Copy the command: { $what }
# $what is the name of a file, or what the text is.
copy-text = Copy: { $what }
copy-record = Copy the address of the record
copy-done = Copied
# Beside the address of a record.
record-view = View record

## Single values.

exact-bytes = { $bytes } bytes
platforms = Platforms

kind-image = Image
kind-index = Multi-platform image
kind-helm = Helm chart
kind-wasm = WebAssembly
kind-sbom = SBOM
kind-signature = Signature
kind-attestation = Attestation
kind-artifact = Artifact
