"""What the clients' side is told of registries: docker, containerd, podman, GitLab Runner."""
