"""What to set where the capture stands before one registry: clients ask it by its own address."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from regdoctor.capture.setup_block import Block, Place, file_in_place


def blocks(place: Place) -> Iterator[Block]:
    """One for each kind of client."""
    yield _docker(place)
    yield _containerd(place)
    yield _podman(place)
    yield _skopeo(place)
    yield _buildkit(place)
    yield _runner(place)


def _docker(place: Place) -> Block:
    here = place.address
    words = f"Write {here}/ in the place of {place.registry}/ before the image's name, as {here}/group/project:tag. "
    if _docker_takes_http(place):
        words += "Docker speaks plain HTTP to addresses of loopback by itself: no daemon.json, no trust store. "
    else:
        words += f'Add to /etc/docker/daemon.json "insecure-registries": ["{here}"], and restart docker. '
    words += "Its login is stored for this address: log in to it."
    return Block("docker", words, f"docker login {here}\n", f"docker logout {here}\n")


def _docker_takes_http(place: Place) -> bool:
    """127.0.0.0/8 and ::1 are insecure registries by default (moby, registry/config.go)."""
    try:
        return ipaddress.ip_address(place.host.strip("[]")).is_loopback
    except ValueError:
        return place.host == "localhost"


def _containerd(place: Place) -> Block:
    folder = f"/etc/containerd/certs.d/{place.registry}"
    text = f'server = "{place.url}"\n\n[host."http://{place.address}"]\n  capabilities = ["pull", "resolve", "push"]\n'
    do, undo = file_in_place(f"{folder}/hosts.toml", text)
    words = (
        "Names of images stay as they are. It is read at each pull, without a restart, where config.toml has "
        "config_path /etc/containerd/certs.d (nerdctl and ctr --hosts-dir read it anyway)."
    )
    return Block("containerd (Kubernetes, nerdctl)", words, do, undo)


def _podman(place: Place) -> Block:
    path = "/etc/containers/registries.conf.d/regdoctor-capture.conf"
    do = (
        "sudo mkdir -p /etc/containers/registries.conf.d\n"
        f"sudo tee {path} <<'EOF'\n[[registry]]\nlocation = \"{place.address}\"\ninsecure = true\nEOF\n"
        f"podman login {place.address}\n"
    )
    words = f"Write {place.address}/ in the place of {place.registry}/ before the image's name."
    return Block("podman, buildah", words, do, f"podman logout {place.address}\nsudo rm {path}\n")


def _skopeo(place: Place) -> Block:
    words = (
        f"Write {place.address}/ in the place of {place.registry}/, and give it --tls-verify=false (copy: "
        "--src-tls-verify=false or --dest-tls-verify=false)."
    )
    return Block(
        "skopeo",
        words,
        f"skopeo login --tls-verify=false {place.address}\n",
        f"skopeo logout {place.address}\n",
    )


def _buildkit(place: Place) -> Block:
    path = '"$HOME/regdoctor-capture-buildkitd.toml"'
    do = (
        f"cat > {path} <<'EOF'\n[registry.\"{place.address}\"]\n  http = true\nEOF\n"
        "docker buildx create --name regdoctor-capture --driver docker-container --driver-opt network=host "
        f"--buildkitd-config {path}\n"
    )
    words = (
        f"Builds with --builder regdoctor-capture, and {place.address}/ in FROM and in --tag; with --builder default "
        "it is docker's own daemon that asks."
    )
    return Block("buildkit", words, do, f"docker buildx rm regdoctor-capture\nrm {path}\n")


def _runner(place: Place) -> Block:
    words = (
        f"Give the job {place.address}/ in image: and in its commands, and this login before them. The capture has to "
        "run on the runner's own host; within a container (docker:dind, kaniko) 127.0.0.1 is the container itself."
    )
    do = (
        f'echo "$CI_REGISTRY_PASSWORD" | docker login --username "$CI_REGISTRY_USER" --password-stdin {place.address}\n'
    )
    return Block("GitLab Runner, in a job", words, do, f"docker logout {place.address}\n")
