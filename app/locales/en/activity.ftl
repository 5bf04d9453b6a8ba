### What a hold's captains and crew admins did, /hold/<did>/activity.
