### Signing in, and allowing more at the own server.

## The sign-in page.

sign-in-title = Sign in
sign-in-about = Sign in with the handle you already have.
sign-in-fresh = What you are about to do is dangerous, so your server asks for your password again.
sign-in-handle = Your handle
sign-in-handle-help = Your handle, your DID, or the address of the server that hosts your account. You type your password there, never here: this site does not see it.
sign-in-continue = Continue at your server
# Before again-seconds or again-minutes.
sign-in-too-many = Too many sign-ins have begun from your network address.
sign-in-remembered = Signed in on this device before
sign-in-forget = Forget these accounts
# $link is sign-in-sign-up-link.
sign-in-sign-up = No account yet? Any account of the AT Protocol will do. { $link } and come back.
sign-in-sign-up-link = Create one
