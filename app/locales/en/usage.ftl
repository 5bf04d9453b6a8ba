### Who stores what in a hold, /hold/<did>/usage.
