"""GitLab and its registry: what the two are told of each other."""
