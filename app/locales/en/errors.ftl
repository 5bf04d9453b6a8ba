### What is shown instead of a page.

## What happened: the title of the window, the heading, and what it means.

error-not-found-title = Not found
error-not-found = Nothing is moored here
# $what is one of the messages below whose ids begin with missing-.
error-not-found-words = There is no { $what }, or it lies in a hold that only its crew may read. It may also have been deleted.
error-page-title = Page not found
error-page-description = There is nothing at this address.
error-page-words = No page has this address. It may have been mistyped, or what it led to is gone.
error-bad-request-title = Not understood
error-bad-request = This address makes no sense
error-forbidden-title = Not allowed
error-forbidden = This is for others
error-forbidden-words = The account you are signed in with may not do this.
error-gone-title = Gone
error-gone = It has sailed
# $what is what it was; it begins the sentence.
error-gone-words = { $what } was here and is not any more.
error-too-many-title = Too much at once
error-too-many = Steady as she goes
error-too-many-words = Too many requests came from you at once. Wait a moment, and try again.
error-unreachable-title = No answer
error-unreachable = Someone is not answering
# $what is one of the messages below whose ids begin with unreachable-, or what another part of the server calls it.
error-unreachable-words = To show this page, { $what } has to answer, and right now it does not. Nothing is lost; try again in a minute.
error-unavailable-title = Not now
error-unavailable = We are not quite there
error-unavailable-words = A part of this server does not work right now. Try again in a minute.
error-refused-title = Not done
error-refused = That did not go through
error-refused-words = This was not accepted. Nothing was changed.
error-no-page-words = This address takes a form, and is no page.
error-internal-title = Our mistake
error-internal = Something broke on our side
error-internal-words = The failure is in our log. What you asked for may work again in a moment.
# Above a form, shown once more.
error-form-failed = That did not work, and it is not your fault. Try again in a while.

## What is not there, after "There is no" and "there is no".

missing-page = page at this address
missing-account = account of this name
# An address that cannot be that of a repository.
missing-repository-name = repository of this name
missing-repository = such repository
missing-reference = such tag or digest in this repository
# $reference is a tag or a digest.
missing-manifest = { $reference } in this repository
missing-file = such file in this image
missing-deletion = such deletion
missing-hold-at-address = hold at this address
missing-hold = hold of this name
missing-member = member of this name in the crew

## What does not answer, in "To show this page, … has to answer" and at the beginning of "… does not answer".

unreachable-own-server = the server that hosts your account
unreachable-hold = the hold { $did }
unreachable-hold-of-repository = the hold of this repository

## What is gone, at the beginning of "… was here and is not any more".

gone-address = What you ask for

## The way on.

error-sign-in = Sign in
error-home = Back to the start
error-back = Back to the page
error-again = Try again
error-status = What works right now
# $reference is the name under which the log has it.
error-reference = If you tell the operator of it, name this: { $reference }

## The same for programs, in the JSON that they get: without a capital and without a full stop. $what is as above.

error-json-not-found = there is no { $what }
error-json-forbidden = you may not do this
error-json-gone = { $what } was deleted
error-json-unreachable = { $what } does not answer
error-json-internal = the server failed; its log has the cause
error-json-signed-out = sign in with a browser first
