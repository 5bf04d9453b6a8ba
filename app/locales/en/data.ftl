### Somebody's data: archive and deletion.
