### Holds: lists of them, the public page, quotas, settings, network.
