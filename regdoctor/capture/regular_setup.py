"""What to set where the capture is the clients' proxy: its address, and trust in its authority."""

from __future__ import annotations

import json
from collections.abc import Iterator

from regdoctor.capture.setup_block import Block, Place, drop_in

_DEBIAN = "/usr/local/share/ca-certificates/regdoctor-capture.crt"
_RED_HAT = "/etc/pki/ca-trust/source/anchors/regdoctor-capture.pem"
_BUNDLE_DEBIAN = "/etc/ssl/certs/ca-certificates.crt"


def blocks(place: Place) -> Iterator[Block]:
    """The trust store first: daemons read it when they start."""
    yield from _trust(place)
    yield _docker(place)
    yield _daemon_json(place)
    yield _containerd(place)
    yield _podman(place)
    yield _buildkit()
    yield _runner(place)


def _trust(place: Place) -> Iterator[Block]:
    words = (
        "The store of the system on which the client (or its daemon) runs. Docker's certs.d is not enough: the token "
        "service and the bucket are other hosts. Each capture has an authority of its own, whose key goes with it."
    )
    yield Block(
        "Trust store, Debian and Ubuntu",
        words,
        f"sudo cp '{place.authority}' {_DEBIAN}\nsudo update-ca-certificates\n",
        f"sudo rm {_DEBIAN}\nsudo update-ca-certificates --fresh\n",
    )
    yield Block(
        "Trust store, Red Hat and Fedora",
        "The same there.",
        f"sudo cp '{place.authority}' {_RED_HAT}\nsudo update-ca-trust\n",
        f"sudo rm {_RED_HAT}\nsudo update-ca-trust\n",
    )


def _docker(place: Place) -> Block:
    do, undo = drop_in("docker", _service_variables(place))
    words = (
        "After the trust store; it restarts the daemon. ~/.docker/config.json is for containers, not for the daemon."
    )
    return Block("docker", words, do, undo)


def _daemon_json(place: Place) -> Block:
    proxy = f"http://{place.address}"
    proxies = {"http-proxy": proxy, "https-proxy": proxy, "no-proxy": ""}
    words = (
        "Those win over the variables: put these in the place of them, restart docker, and afterwards the former ones "
        "again."
    )
    title = "docker, where /etc/docker/daemon.json has proxies"
    return Block(title, words, text=f'"proxies": {json.dumps(proxies, indent=2)}\n')


def _containerd(place: Place) -> Block:
    do, undo = drop_in("containerd", _service_variables(place))
    words = "After the trust store; it restarts containerd, containers go on."
    return Block("containerd (Kubernetes)", words, do, undo)


def _podman(place: Place) -> Block:
    proxy = f"http://{place.address}"
    words = (
        "They have no daemon: variables of the shell do, without the trust store. `regdoctor capture run -- skopeo "
        "…` sets them for one command."
    )
    do = (
        # Go takes one file in the place of the system's: it is told of both.
        f'cat "${{SSL_CERT_FILE:-$(ls {_BUNDLE_DEBIAN} /etc/pki/tls/certs/ca-bundle.crt 2>/dev/null | head -n 1)}}" '
        f"'{place.authority}' > \"$HOME/regdoctor-capture.pem\"\n"
        f'REGDOCTOR_BEFORE="${{SSL_CERT_FILE-}}"\n'
        f'export SSL_CERT_FILE="$HOME/regdoctor-capture.pem" HTTP_PROXY={proxy} HTTPS_PROXY={proxy} NO_PROXY=\n'
    )
    undo = (
        "unset SSL_CERT_FILE HTTP_PROXY HTTPS_PROXY NO_PROXY\n"
        '[ -z "$REGDOCTOR_BEFORE" ] || export SSL_CERT_FILE="$REGDOCTOR_BEFORE"\n'
        'rm "$HOME/regdoctor-capture.pem"\n'
    )
    return Block("podman, buildah, skopeo", words, do, undo)


def _buildkit() -> Block:
    words = (
        "Build with --builder default: then docker's daemon asks, as it is set above. A builder of the driver "
        "docker-container is a container with a trust store of its own, which does not know this authority."
    )
    return Block("buildkit", words)


def _runner(place: Place) -> Block:
    do, undo = drop_in("gitlab-runner", _service_variables(place))
    words = (
        "With the executor docker, images of jobs are pulled by docker's daemon: its block is all. For what the runner "
        "itself asks (GitLab, the cache), after the trust store; it ends the jobs that run:"
    )
    return Block("GitLab Runner", words, do, undo)


def _service_variables(place: Place) -> str:
    proxy = f"http://{place.address}"
    return f'"HTTP_PROXY={proxy}" "HTTPS_PROXY={proxy}" "NO_PROXY="'
