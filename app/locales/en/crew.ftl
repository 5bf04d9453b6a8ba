### The crew of a hold: members, invites, captaincy.
