### Searching repositories.
