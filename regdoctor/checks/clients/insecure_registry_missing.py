"""TLS-06 from the client's side: the registry speaks plain HTTP, and this host's Docker is not told so."""

import ipaddress
import json
from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.web_addresses import is_loopback
from regdoctor.evidence.answers import Ping, PublicAnswer
from regdoctor.evidence.docker_disk import DockerDisk
from regdoctor.evidence.docker_service import DockerService
from regdoctor.formats.docker_daemon import DockerDaemons
from regdoctor.injection import Absent


@check(
    title="This host's Docker is told which registry has no TLS",
    severity=Severity.ERROR,
    failure_modes=("TLS-06",),
    symptoms=("http: server gave HTTP response to HTTPS client",),
    reference="https://docs.docker.com/reference/cli/dockerd/#insecure-registries",
)
def insecure_registry_missing(
    public: PublicAnswer, daemons: DockerDaemons | Absent, service: DockerService | Absent, disk: DockerDisk | Absent
) -> Outcome:
    """Docker speaks TLS to every registry but those on loopback and those that its daemon is told to be insecure.

    From this host, which has a Docker, the registry answers by plain HTTP, and insecure-registries of its daemon does
    not name it: `docker pull` and `docker push` here end with `http: server gave HTTP response to HTTPS client`. The
    setting belongs to the host whose daemon pulls and pushes, not to the registry's.

    Serve TLS at the registry; or add its host and port to insecure-registries of this host and restart Docker.
    """
    ping = _plain(public)
    if ping is None:
        return Skip("no registry was seen to speak plain HTTP")
    if all(isinstance(one, Absent) and not one.applicable for one in (daemons, service, disk)):
        return Skip("no Docker was found on this host")
    names = _names(ping)
    wanted = names[0]
    address = (ping.exchange.peer or "").rpartition(":")[0].strip("[]")
    if is_loopback(ping.endpoint.host) or is_loopback(address):
        return Pass(f"Docker takes every registry on loopback for an insecure one, {wanted} too")
    told = (*_listed(daemons), *(service.option("insecure-registry") if isinstance(service, DockerService) else ()))
    if _covers(told, names, address):
        return Pass(f"insecure-registries names {wanted}")
    if isinstance(daemons, Absent) and daemons.applicable:
        return Unknown(daemons.reason)
    return Fail(
        f"{wanted} speaks plain HTTP, and this host's Docker, which is not told so, speaks TLS to it",
        evidence=(ping.exchange.quote(), *_quotes(daemons)),
        resource=wanted,
        remedy={
            Dialect.PLAIN: Remedy(
                "Serve TLS at the registry. To live without, add it to insecure-registries in /etc/docker/daemon.json "
                "of this host and restart Docker; podman wants insecure = true in registries.conf, containerd a server "
                "with http:// in hosts.toml.",
                (json.dumps({"insecure-registries": [*_listed(daemons), wanted]}), "sudo systemctl restart docker"),
            )
        },
    )


def _plain(public: PublicAnswer) -> Ping | None:
    """The look that shows a registry without TLS."""
    if public.ping.endpoint.scheme == "http":
        return public.ping if public.ping.is_registry else None
    plain = public.speaks_plain_http
    return plain if plain is not None and plain.is_registry else None


def _names(ping: Ping) -> tuple[str, ...]:
    """How image names may call the registry: on port 80 and 443 without the port, or with it all the same."""
    authority = ping.endpoint.authority
    return (authority.rpartition(":")[0], authority) if ping.endpoint.port in (80, 443) else (authority,)


def _listed(daemons: DockerDaemons | Absent) -> tuple[str, ...]:
    files = daemons.files if isinstance(daemons, DockerDaemons) else ()
    return tuple(entry.text() or "" for daemon in files for entry in daemon.listed("insecure-registries"))


def _quotes(daemons: DockerDaemons | Absent) -> tuple[Quote, ...]:
    for daemon in daemons.files if isinstance(daemons, DockerDaemons) else ():
        setting = daemon.tree.at("insecure-registries")
        if setting is None:
            return (Quote(daemon.source, "no insecure-registries"),)
        listed = ", ".join(_listed(daemons))
        return (Quote(setting.place.source, f"insecure-registries: {listed or 'empty'}", setting.place.line),)
    return (Quote("/etc/docker/daemon.json", "no such file, so no insecure-registries"),)


def _covers(told: Iterable[str], names: tuple[str, ...], address: str) -> bool:
    """As moby's registry/config.go, isSecureIndex: host:port letter by letter, or a network with the address."""
    for entry in told:
        bare = entry.removeprefix("http://").removeprefix("https://")
        if bare in names:
            return True
        try:
            if address and ipaddress.ip_address(address) in ipaddress.ip_network(bare, strict=False):
                return True
        except ValueError:
            continue
    return False
