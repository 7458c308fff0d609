"""TLS-08: a registry's address is written with a scheme where none belongs, or without where one must be."""

import re
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.distribution.whole_numbers import port_number
from regdoctor.formats.docker_daemon import DockerDaemon, DockerDaemons
from regdoctor.formats.located import Located
from regdoctor.formats.registries_conf import RegistriesConf, RegistriesConfs
from regdoctor.injection import Absent

_STRIPPED = ("http://", "https://")
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])?(?P<port>:[^:/\]]*)?")
_CIDR = re.compile(r"[0-9A-Fa-f.:]+/[0-9]{1,3}")
_MIRROR = re.compile(r"(?i)(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)


@check(
    title="Registries are named to the clients as they want it",
    severity=Severity.ERROR,
    failure_modes=("TLS-08",),
    symptoms=(
        "URI schemes are not supported",
        "invalid mirror: unsupported scheme",
        "invalid mirror: no scheme specified",
        "should not contain '://'",
        "has been removed from the insecure registry config",
    ),
    reference="https://docs.docker.com/reference/cli/dockerd/#insecure-registries",
)
def insecure_registry_with_scheme(
    daemons: DockerDaemons | Absent, registries: RegistriesConfs | Absent
) -> Iterator[Outcome]:
    """Docker's insecure-registries and all of registries.conf take `host:port`; registry-mirrors takes whole URLs.

    Docker (20.10 and later) strips http:// and https:// from insecure-registries with a warning; older ones pass the
    entry over. With any other scheme, with a path or with a port that is none, it does not start; nor with a mirror
    that lacks its scheme. Podman, skopeo and buildah refuse their whole registries.conf when one address in it begins
    with http:// or https://: then no image of any registry can be pulled.

    Write host and port in insecure-registries and in registries.conf, and scheme, host and port in registry-mirrors.
    """
    if isinstance(daemons, Absent) and isinstance(registries, Absent):
        yield Skip("this host has neither a daemon.json of Docker nor a registries.conf")
        return
    found = [
        *(fail for daemon in _files(daemons) for fail in _of_docker(daemon)),
        *(fail for conf in _confs(registries) for fail in _of_podman(conf)),
    ]
    yield from found or (Pass(),)


def _files(daemons: DockerDaemons | Absent) -> tuple[DockerDaemon, ...]:
    return daemons.files if isinstance(daemons, DockerDaemons) else ()


def _confs(registries: RegistriesConfs | Absent) -> tuple[RegistriesConf, ...]:
    return registries.files if isinstance(registries, RegistriesConfs) else ()


def _of_docker(daemon: DockerDaemon) -> Iterator[Fail]:
    for entry in daemon.listed("insecure-registries"):
        text = entry.text() or ""
        bare = next((text[len(scheme) :] for scheme in _STRIPPED if text.lower().startswith(scheme)), text)
        if not _is_address(bare):
            yield _fail(
                f"Docker does not start: insecure-registries holds {text!r}, which is not host:port or a network",
                entry,
                _daemon("Write the registry's host, or host:port, or a network such as 10.0.0.0/8."),
                Severity.CRITICAL,
            )
        elif bare != text:
            yield _fail(
                f"insecure-registries holds {text!r} with its scheme; Docker warns and reads {bare!r}, and versions "
                "before 17 pass it over",
                entry,
                _daemon(f"Write {bare} in its place."),
                Severity.INFO,
            )
    for entry in daemon.listed("registry-mirrors"):
        problem = _mirror_problem(entry.text() or "")
        if problem:
            yield _fail(
                f"Docker does not start: registry-mirrors holds {entry.text()!r}, {problem}",
                entry,
                _daemon("Write the mirror as a URL: https:// (or http://), its host, and its port if it has one."),
                Severity.CRITICAL,
            )


def _is_address(text: str) -> bool:
    """As moby's registry/config.go (validateHostPort, and ParseCIDR before it) takes it."""
    if _CIDR.fullmatch(text):
        return True
    match = _HOST.fullmatch(text)
    if match is None or not text or text.startswith(":"):
        return False
    port = match["port"]
    return port is None or port_number(port[1:]) is not None


def _mirror_problem(text: str) -> str:
    """What moby's ValidateMirror refuses. Paths are allowed since 24.0, and credentials are another check's."""
    url = _MIRROR.fullmatch(text)
    if url is None:
        return "which has no scheme (https://)"
    if url["scheme"].lower() not in ("http", "https"):
        return f"whose scheme is {url['scheme']}, not https or http"
    return "which has a query or a fragment" if "?" in url["rest"] or "#" in url["rest"] else ""


def _of_podman(conf: RegistriesConf) -> Iterator[Fail]:
    for entry in conf.addresses():
        text = entry.text() or ""
        scheme = next((one for one in _STRIPPED if text.startswith(one)), None)
        if scheme is not None:
            bare = text.removeprefix(scheme).rstrip("/")
            remedy = Remedy(f"Write {bare} in its place; for a registry without TLS set insecure = true beside it.")
            yield _fail(
                f"podman and skopeo refuse all of {conf.source}: {entry.name} is {text!r}, with a scheme",
                entry,
                {Dialect.PLAIN: remedy},
                Severity.ERROR,
            )


def _fail(message: str, entry: Located, remedy: Remedies, severity: Severity) -> Fail:
    quote = entry.quote()
    return Fail(
        message,
        severity=severity,
        evidence=(Quote(quote.source, quote.quote, quote.line),),
        resource=f"{entry.place.source}: {entry.name}",
        remedy=remedy,
    )


def _daemon(what: str) -> Remedies:
    return {
        Dialect.PLAIN: Remedy(
            f"{what} Then restart Docker.", ("sudoedit /etc/docker/daemon.json", "sudo systemctl restart docker")
        )
    }
