"""Docker in Docker must be told what the host is told: in its command, or by what is mounted into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Pass, Skip
from regdoctor.checks.clients.dind_ignores_host_trust import dind_ignores_host_trust
from regdoctor.evidence.certs_d import Client
from regdoctor.formats.runner_config import RunnerConfigs, parse_runner_config

if TYPE_CHECKING:
    from tests.checks.clients.conftest import Clients

TRUST = '{\n"insecure-registries": ["r.example.com:5000"],\n"registry-mirrors": ["https://m.example.com"]}'


def _runner(
    docker: str = "", service: str = "", executor: str = "docker", image: str = "docker:27-dind"
) -> RunnerConfigs:
    text = (
        f'[[runners]]\nexecutor = "{executor}"\n[runners.docker]\nprivileged = true\n{docker}\n'
        f'[[runners.docker.services]]\nname = "{image}"\n{service}\n'
    )
    return RunnerConfigs((parse_runner_config(text.encode(), "/etc/gitlab-runner/config.toml"),))


def test_settings_of_the_host_that_the_service_lacks_are_a_finding(clients: Clients) -> None:
    (fail,) = clients.given.fails(dind_ignores_host_trust, runners=_runner(), daemons=clients.daemon(TRUST))
    assert [quote.line for quote in fail.evidence] == [7, 4, 2, 3]
    assert fail.failure_modes == ("CLI-11", "CLI-12")
    (fragment,) = fail.remedy[Dialect.PLAIN].commands
    assert '"--insecure-registry=r.example.com:5000", "--registry-mirror=https://m.example.com"' in fragment


def test_certificates_of_the_host_that_the_service_lacks_are_a_finding(clients: Clients) -> None:
    certs = clients.certs(clients.folder("r.example.com", ca_crt=b"x"))
    (fail,) = clients.given.fails(dind_ignores_host_trust, runners=_runner(), certs=certs)
    assert fail.failure_modes == ("CLI-12",)
    assert "certs.d/r.example.com" in fail.message


@pytest.mark.parametrize(
    ("docker", "service"),
    [
        ("", 'command = ["--insecure-registry", "r.example.com:5000", "--registry-mirror=https://m.example.com/"]'),
        ('volumes = ["/srv/daemon.json:/etc/docker/daemon.json"]', ""),
        ('volumes = ["/etc/docker:/etc/docker:ro"]', ""),
    ],
)
def test_what_the_service_is_told_passes(clients: Clients, docker: str, service: str) -> None:
    (outcome,) = clients.given.outcomes(
        dind_ignores_host_trust, runners=_runner(docker, service), daemons=clients.daemon(TRUST)
    )
    assert isinstance(outcome, Pass)


@pytest.mark.parametrize("folder", ["/etc/docker/certs.d", "/etc/docker", "/etc/docker/certs.d/r.example.com"])
def test_mounted_certificates_pass(clients: Clients, folder: str) -> None:
    runners = _runner(f'volumes = ["/srv/certs:{folder}:ro"]')
    certs = clients.certs(clients.folder("r.example.com", ca_crt=b"x"))
    assert clients.given.fails(dind_ignores_host_trust, runners=runners, certs=certs) == []


@pytest.mark.parametrize("trust", ["{}", '{"insecure-registries": ["127.0.0.0/8", "localhost:5000"]}'])
def test_a_host_that_is_told_nothing_of_others_passes(clients: Clients, trust: str) -> None:
    podman = clients.certs(clients.folder("r.example.com", Client.PODMAN, ca_crt=b"x"), clients.folder("empty"))
    daemons = clients.daemon(trust)
    assert clients.given.fails(dind_ignores_host_trust, runners=_runner(), daemons=daemons, certs=podman) == []


@pytest.mark.parametrize(
    "runners",
    [
        _runner(executor="shell"),
        _runner(executor="docker+machine"),
        _runner(image="docker:27"),
        _runner(image="mydocker:dind"),
        RunnerConfigs((parse_runner_config(b"concurrent = 1\n", "config.toml"),)),
    ],
)
def test_runners_without_docker_in_docker_are_skipped(clients: Clients, runners: RunnerConfigs) -> None:
    (outcome,) = clients.given.outcomes(dind_ignores_host_trust, runners=runners, daemons=clients.daemon(TRUST))
    assert isinstance(outcome, Skip)


@pytest.mark.parametrize("image", ["docker:dind", "registry.example.com:5000/library/docker:27-dind-rootless"])
def test_the_image_is_known_from_any_registry(clients: Clients, image: str) -> None:
    assert (
        len(clients.given.fails(dind_ignores_host_trust, runners=_runner(image=image), daemons=clients.daemon(TRUST)))
        == 1
    )
