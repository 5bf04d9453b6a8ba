### Somebody's own settings: profile, sessions, access tokens, quota.

## What the settings pages share.

settings-about = Your settings on this registry.
settings-landmark = Settings
# The pages, in the list beside them and as their titles.
settings-profile = Profile
settings-sessions = Sessions and devices
settings-tokens = Access tokens
settings-quota = My quota
settings-data = Your data

## Profile, /settings.

profile-what = These settings are a record in your own repo, so every registry of this kind that you use finds them there.
profile-unreadable = Your server does not answer at the moment, so your settings cannot be shown. Reload the page in a while.
profile-hold = Your hold
profile-hold-help = The DID of the hold that keeps the layers you push. Leave it empty to let the registry choose.
profile-auto-remove = Delete a manifest when its last tag moves to another one
profile-save = Save
profile-ask = To change them, allow Longshore to write this one record. Your server asks you, and you come back here.
profile-allow = Allow it at your server

# What came of saving.
profile-saved = Saved in your repo.
profile-not-a-hold = This is not the DID of a hold, such as did:web:hold.example.com. Nothing was saved.
profile-not-saved = Your server did not take the settings. Try again in a while.
profile-too-many-requests = Your server has had enough requests for now and asks to wait, so nothing was saved. Try again in a few minutes.
profile-not-allowed = What you had allowed Longshore at your server was lost or has ended, so nothing was saved. Allow it once more.
profile-changed = Something else changed your settings at the same moment. They are shown as they are now; change them again.

## Sessions and devices, /settings/sessions.

sessions-unknown = Your sessions cannot be looked up at the moment. Reload the page in a while.
sessions-browsers = Browsers
sessions-browsers-what = Signing one out takes effect with its next request.
# Such as "Firefox on Linux"; $browser and $system are names of products.
sessions-browser-on = { $browser } on { $system }
sessions-browser-unknown = Unknown browser
sessions-this-browser = This browser
# The times are dates with hours; $network is part of an address, such as 203.0.113.0/24.
sessions-times = Signed in { $signed_in }, last used { $last_used }
sessions-times-network = Signed in { $signed_in } from { $network }, last used { $last_used }
sessions-sign-out = Sign out
# For screen readers: $browser is such as "Firefox on Linux".
sessions-sign-out-label = Sign out { $browser }
sessions-sign-out-everywhere = Sign out everywhere
sessions-devices = Devices and access tokens
sessions-devices-what = Computers that are logged in with docker, and tokens of CI. One that is revoked opens nothing from its next request on.
sessions-revoke-all = Revoke all
sessions-end = Everything at once
sessions-end-what = Lost a laptop, or see something here that is not yours? This signs out every other browser and revokes every device and access token. Docker logins with an app password end too; revoke the app password at your own server as well, or it opens them again.
sessions-end-others = End everything except this browser
sessions-ended = Done. Nothing but this browser acts for you here any more.
sessions-not-ended = Longshore cannot end logins at the moment, or not all of them. Try again shortly.

## Access tokens, /settings/tokens.

# $link is tokens-what-link.
tokens-what = A token logs a machine in where you cannot: CI, a cluster, a server. It does a part of what you may do, and ends on its day or when you revoke it. On your own computer, { $link } instead.
tokens-what-link = log in through the browser
tokens-confirm = A token opens your account for a long time, so confirm first that it is you.
tokens-revoked = Revoked. From now on it opens nothing.

tokens-created-label = Your new token
tokens-created = Your token { $name }. Copy it now: it is stored as a hash, and nobody can show it to you again.
tokens-secret = Access token

tokens-new = New token
tokens-name = Name
tokens-name-placeholder = CI of my-app
tokens-repositories = Repositories, one in a line
# $own and $all are patterns, such as alice.example/* and */*.
tokens-repositories-help = As image names have them, without the host. A star stands for any characters: { $own } are all of yours, { $all } all that you may use.
tokens-actions = What it may do
tokens-pull = Pull: fetch images
tokens-push = Push: upload images and move tags
tokens-delete = Delete images and tags
# Above a choice of numbers of days.
tokens-lifetime = Ends after
tokens-create = Make the token

tokens-list = Your tokens
tokens-unknown = Your tokens cannot be looked up at the moment. Reload the page in a while.
tokens-none = None yet.
tokens-expired = Expired
# A token that a device got by logging in.
tokens-device = Device
tokens-times = Made { $created }, last used { $last_used }, ends { $expires }
tokens-times-unused = Made { $created }, never used, ends { $expires }
tokens-revoke = Revoke
# For screen readers.
tokens-revoke-label = Revoke { $name }

tokens-use = Using a token
# Beside what to write in each place. $variable is the name under which the token is kept there.
tokens-use-docker = With the token in the variable { $variable }, so that it is not in the history of your shell.
# After tokens-use-docker. These are programs.
tokens-use-podman = The same; buildah and skopeo find this login, too.
tokens-use-github = A step of a job. Keep the token as a secret named { $variable }.
# .gitlab-ci.yml is a file.
tokens-use-gitlab = In .gitlab-ci.yml. Keep the token as a masked variable named { $variable }.
# imagePullSecrets is a field of Kubernetes.
tokens-use-kubernetes = Makes the pull secret; name it under imagePullSecrets of a pod or a service account.

## My quota, /settings/quota.

my-quota-what = What you use in each hold, of what its captain gave you. A layer counts once, however many of your images use it. You are warned at 80 % and 95 %, and what does not fit is refused before it is sent.
my-quota-none = You use no hold yet
my-quota-none-help = Join one that is open, be invited to one, or run your own.
my-quota-find = Find a hold
my-quota-default = Your pushes go here
my-quota-captain = Captain: { $who }
my-quota-high = Over 80 % is used. Delete tags that nobody pulls any more, or ask the captain for a larger tier.
my-quota-full = There is hardly room for another push. Delete tags that nobody pulls any more, or ask the captain for a larger tier.
