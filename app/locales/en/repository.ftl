### A repository: overview and tags.
