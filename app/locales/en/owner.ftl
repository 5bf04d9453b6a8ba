### What the owner of a repository changes and deletes.
