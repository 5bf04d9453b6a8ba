### Setting up a hold, /holds/set-up.
