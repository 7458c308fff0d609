"""CLI-11, CLI-12: Docker in Docker knows nothing of what the runner's host is told of registries."""

import json
import re
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.evidence.certs_d import CertsD, Client
from regdoctor.formats.docker_daemon import DockerDaemons
from regdoctor.formats.located import Located
from regdoctor.formats.runner_config import Runner, RunnerConfigs, Service
from regdoctor.injection import Absent

_DIND = re.compile(r"(?:[^@]*/)?docker:[A-Za-z0-9_.-]*dind[A-Za-z0-9_.-]*(?:@.*)?")
_LOCAL = re.compile(r"127\.|localhost(?::|$)|\[?::1")
_FOLDER = "/etc/docker"


@check(
    title="Docker in Docker is told of registries what its host is told",
    severity=Severity.WARNING,
    failure_modes=("CLI-11", "CLI-12"),
    symptoms=(
        "http: server gave HTTP response to HTTPS client",
        "x509: certificate signed by unknown authority",
    ),
    reference="https://docs.gitlab.com/ci/docker/using_docker_build/",
)
def dind_ignores_host_trust(
    runners: RunnerConfigs, daemons: DockerDaemons | Absent, certs: CertsD | Absent
) -> Iterator[Outcome]:
    """A job with the service docker:dind builds and pushes with a Docker daemon of its own, inside a container.

    That daemon reads neither the host's daemon.json nor its certs.d, privileged or not. A registry that the host
    trusts (insecure-registries, a certificate in certs.d) is therefore unknown in the job, `docker push` ends with
    `x509: certificate signed by unknown authority` or `server gave HTTP response to HTTPS client`, while the same
    command works on the host; and mirrors are not used.

    Give the service the same options in its command, and mount certs.d into it.
    """
    services = [(runner, service) for config in runners.files for runner, service in _dind(config.runners())]
    if not services:
        yield Skip("no runner of this host starts docker:dind for its jobs (a service of .gitlab-ci.yml is not seen)")
        return
    for runner, service in services:
        yield _judge(runner, service, daemons, certs)


def _dind(runners: tuple[Runner, ...]) -> Iterator[tuple[Runner, Service]]:
    for runner in runners:
        privileged = runner.docker("privileged")
        if runner.executor() == "docker" and privileged is not None and privileged.switch():
            for service in runner.services():
                image = service.image()
                if image is not None and _DIND.fullmatch(image.text() or ""):
                    yield runner, service


def _judge(runner: Runner, service: Service, daemons: DockerDaemons | Absent, certs: CertsD | Absent) -> Outcome:
    mounted = {inner.rstrip("/") for _, inner in runner.volumes()}
    command = " ".join(service.command())
    settings = () if mounted & {_FOLDER, f"{_FOLDER}/daemon.json"} else tuple(_unknown(daemons, command))
    folders = () if mounted & {_FOLDER, f"{_FOLDER}/certs.d"} else tuple(_folders(certs, mounted))
    image = service.image() or service.tree
    if not settings and not folders:
        return Pass(f"{image.text()} is told all that the host is told")
    told = [f"{setting.name.rpartition('.')[0]} {setting.text()}" for setting in settings]
    told += [f"certs.d/{quote.quote.partition('/')[0]}" for quote in folders]
    privileged = runner.docker("privileged")
    quotes = (image.quote(), *((privileged.quote(),) if privileged is not None else ()))
    return Fail(
        f"{image.text()} knows nothing of what this host's Docker is told: {', '.join(told)}",
        evidence=(*quotes, *(setting.quote() for setting in settings), *folders),
        resource=f"{image.place.source}: {service.tree.name}",
        remedy=_remedy(image.text() or "", settings, folders),
        failure_modes=("CLI-11", "CLI-12") if settings else ("CLI-12",),
    )


def _unknown(daemons: DockerDaemons | Absent, command: str) -> Iterator[Located]:
    """The host's settings that the service's command does not repeat."""
    for daemon in daemons.files if isinstance(daemons, DockerDaemons) else ():
        for entry in (*daemon.listed("insecure-registries"), *daemon.listed("registry-mirrors")):
            text = entry.text() or ""
            if text and not _LOCAL.match(text) and text.rstrip("/") not in command:
                yield entry


def _folders(certs: CertsD | Absent, mounted: set[str]) -> Iterator[Quote]:
    for folder in certs.folders if isinstance(certs, CertsD) else ():
        inner = f"{_FOLDER}/certs.d/{folder.name}"
        if folder.client is Client.DOCKER and folder.files and inner not in mounted:
            yield folder.quote()


def _remedy(image: str, settings: tuple[Located, ...], folders: tuple[Quote, ...]) -> Remedies:
    arguments = [
        f"--{'insecure-registry' if setting.name.startswith('insecure') else 'registry-mirror'}={setting.text()}"
        for setting in settings
    ]
    lines = []
    if folders:
        lines.append('volumes = ["/certs/client", "/cache", "/etc/docker/certs.d:/etc/docker/certs.d:ro"]')
    if arguments:
        lines.append(f"[[runners.docker.services]]\n  name = {json.dumps(image)}\n  command = {json.dumps(arguments)}")
    text = (
        "In [runners.docker] of the runner's config.toml: repeat the daemon's options in the command of the service, "
        "and mount certs.d beside the volumes that are there. The runner reads the file anew by itself."
    )
    return {Dialect.PLAIN: Remedy(text, tuple(lines))}
