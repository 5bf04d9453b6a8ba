### Approving a device or program that asks for access.

device-title = Log in a device
device-about = Let docker on one of your computers act as you.

## The code.

device-code = The code that your terminal shows
device-continue = Continue
# Before again-seconds or again-minutes.
device-too-many-codes = Too many codes came from your network address.

## The decision.

device-asks = A program asks to push and pull images as { $account }.
device-program = Program
# Before the name of the computer.
device-on = On
# Before how long ago it was.
device-asked = Asked
device-names = Names are as the program gave them; anybody can claim them.
device-compare = Your terminal must show exactly this code:
device-warning = If you did not just run this command yourself, choose Deny.
device-warning-nobody = Nobody from this registry ever asks you to approve a login for them.
device-deny = Deny
device-approve = Approve

## What became of it.

device-approved = Approved. The device is logged in in a moment; you may close this page.
# $link is device-listed-link.
device-listed = It is listed under { $link }, where you can end it.
device-listed-link = your tokens
device-denied = Denied. The device is not logged in.
# $command is what the reader types into a terminal.
device-bad-request = Nothing was approved. Run { $command } again.
