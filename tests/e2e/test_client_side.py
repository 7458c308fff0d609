"""Docker's own world: where it fails by what its host is told, the check says so, and after the remedy it succeeds."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from regdoctor.check import Check, Dialect, Fail, Outcome, Pass, Quote
from regdoctor.checks.clients.client_disk_full import client_disk_full
from regdoctor.checks.clients.credential_helper_missing import credential_helper_missing
from regdoctor.checks.clients.daemon_proxy_swallows import daemon_proxy_swallows
from regdoctor.checks.clients.insecure_registry_missing import insecure_registry_missing
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.installation import Installation
from regdoctor.formats.docker_daemon import DockerDaemons, parse_docker_daemon
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Processes
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.servers import listens
from regdoctor.probe import NotApplicableError
from regdoctor.probes.daemon_proxies import daemon_proxies
from regdoctor.probes.daemon_proxy_answer import daemon_proxy_answer
from regdoctor.probes.docker_client import docker_client
from regdoctor.probes.docker_disk import docker_disk
from regdoctor.probes.docker_service import docker_service
from regdoctor.probes.public_answer import public_answer
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.own_docker import OwnDocker, own_name

NONE = Absent("not here", applicable=False)
DROP_IN = "etc/systemd/system/docker.service.d/proxy.conf"


@pytest.fixture
def processes() -> Iterator[Processes]:
    """What a test starts is stopped when it ends."""
    started = Processes()
    try:
        yield started
    finally:
        started.stop_all()


@pytest.fixture
def docker(processes: Processes) -> Iterator[OwnDocker]:
    """A daemon that does not run yet, in a folder with a short name: that of a socket may have 107 characters."""
    with tempfile.TemporaryDirectory(prefix="own-") as folder:
        try:
            yield OwnDocker(Path(folder), processes)
        finally:
            processes.stop_all()
            # A daemon that ends at its start leaves its data root mounted on itself.
            subprocess.run(["umount", "--lazy", Path(folder, "data")], capture_output=True, check=False)


def refusing_proxy(folder: Path, processes: Processes) -> str:
    """The URL of a squid that lets nobody through."""
    (port,) = free_ports(1)
    user = "cache_effective_user nobody" if os.geteuid() == 0 else ""
    conf = folder / "squid.conf"
    conf.write_text(
        f"http_port 127.0.0.1:{port}\nhttp_access deny all\ncache deny all\npid_filename none\naccess_log none\n"
        f"cache_log /dev/null\ncoredump_dir /\nshutdown_lifetime 0 seconds\nvisible_hostname localhost\n{user}\n"
    )
    process = processes.start(
        "squid",
        [find_program("squid"), "-N", "-n", f"deny{port}", "-f", conf],
        log=folder / "squid.log",
        environment=minimal_environment(folder),
    )
    process.wait_ready(lambda: listens(port))
    return f"http://127.0.0.1:{port}"


def judged(root: Path, url: str) -> Outcome:
    """What regdoctor says of a host with these files, and of the registry at `url`."""
    here = Installation(root, Dialect.PLAIN, live=True)
    proxies = daemon_proxies.gather(docker_service.gather(here), NONE)
    endpoints = Endpoints(Endpoint(url, Quote("command line", f"--registry {url}")), None, None, None)
    answer = daemon_proxy_answer.gather(here, endpoints, proxies, Http(TrustedCAs()))
    return only(daemon_proxy_swallows, answer=answer, proxies=proxies)


def only(check: Check, **evidence: object) -> Outcome:
    """The one outcome of a check."""
    told = check.judge(**evidence)
    outcomes: list[Outcome] = [told] if isinstance(told, Outcome) else list(told)
    (outcome,) = outcomes
    return outcome


def test_a_proxy_that_refuses_stops_docker_until_the_registry_is_excepted(
    tmp_path: Path, lone_registry: LoneRegistry, docker: OwnDocker, processes: Processes
) -> None:
    lone_registry.serve()
    name, proxy = own_name(), refusing_proxy(tmp_path, processes)
    url, image = f"http://{name}:{lone_registry.port}", f"{name}:{lone_registry.port}/team/app:1"
    variables = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy}
    drop_in = tmp_path / "host" / DROP_IN
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text("[Service]\n" + "".join(f'Environment="{key}={value}"\n' for key, value in variables.items()))
    docker.start(variables)
    docker.make(image)

    code, said = docker.run("push", image)

    assert code != 0
    assert "403" in said or "Forbidden" in said, said
    fail = judged(tmp_path / "host", url)
    assert isinstance(fail, Fail), fail
    assert proxy in fail.message
    assert (str(drop_in), 2) in {(quote.source, quote.line) for quote in fail.evidence}
    line = re.search(r'Environment="NO_PROXY=([^"]+)"', fail.remedy[Dialect.PLAIN].text)
    assert line is not None

    drop_in.write_text(f"{drop_in.read_text()}{line[0]}\n")
    docker.start(variables | {"NO_PROXY": line[1]})
    code, said = docker.run("push", image)

    assert code == 0, said
    with pytest.raises(NotApplicableError, match="without a proxy"):
        judged(tmp_path / "host", url)


def test_a_proxy_that_leads_to_the_registry_is_healthy(
    tmp_path: Path, lone_registry: LoneRegistry, processes: Processes
) -> None:
    lone_registry.serve()
    proxy = refusing_proxy(tmp_path, processes)
    conf = tmp_path / "squid.conf"
    conf.write_text(conf.read_text().replace("deny all\ncache", "allow all\ncache"))
    processes.start(
        "squid",
        [find_program("squid"), "-N", "-n", f"allow{proxy.rpartition(':')[2]}", "-f", conf],
        log=tmp_path / "squid.log",
        environment=minimal_environment(tmp_path),
    ).wait_ready(lambda: listens(int(proxy.rpartition(":")[2])))
    drop_in = tmp_path / "host" / DROP_IN
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text(f'[Service]\nEnvironment="HTTP_PROXY={proxy}"\n')

    told = judged(tmp_path / "host", f"http://{own_name()}:{lone_registry.port}")

    assert isinstance(told, Pass), told


def test_a_proxy_that_is_not_there_is_told_as_docker_tells_it(
    tmp_path: Path, lone_registry: LoneRegistry, docker: OwnDocker
) -> None:
    lone_registry.serve()
    (port,) = free_ports(1)
    name, proxy = own_name(), f"http://127.0.0.1:{port}"
    drop_in = tmp_path / "host" / DROP_IN
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text(f'[Service]\nEnvironment="HTTP_PROXY={proxy}" "HTTPS_PROXY={proxy}"\n')
    docker.start({"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy})

    code, said = docker.run("pull", f"{name}:{lone_registry.port}/team/app:1")

    assert code != 0
    assert "proxyconnect tcp" in said, said
    fail = judged(tmp_path / "host", f"http://{name}:{lone_registry.port}")
    assert isinstance(fail, Fail)
    assert "connection refused" in fail.message


def test_a_missing_credential_helper_stops_docker_until_its_line_is_gone(
    tmp_path: Path, lone_registry: LoneRegistry, docker: OwnDocker
) -> None:
    lone_registry.serve()
    host = f"127.0.0.1:{lone_registry.port}"
    root = tmp_path / "host"
    for folder in ("root/.docker", "usr/bin"):
        (root / folder).mkdir(parents=True)
    (root / "usr/bin/docker").touch()
    docker.start()
    (docker.folder / "client").symlink_to(root / "root/.docker")
    (root / "root/.docker/config.json").write_text('{\n"credsStore": "never-installed"\n}')
    here, words = Installation(root, Dialect.PLAIN, live=False), ("login", "-u", "ann", "--password-stdin", host)

    code, said = docker.run(*words, stdin=b"any")

    assert code != 0
    for symptom in ("error storing credentials - err: exec:", "executable file not found in $PATH"):
        assert symptom in said
        assert symptom in credential_helper_missing.symptoms
    fail = only(credential_helper_missing, logins=docker_client.gather(here))
    assert isinstance(fail, Fail)
    assert fail.evidence[0].line == 2

    (root / "root/.docker/config.json").write_text("{}")
    code, said = docker.run(*words, stdin=b"any")

    assert code == 0, said
    assert docker_client.gather(here).configs[0].logins().keys() == {host}


def test_a_full_disk_of_the_client_stops_docker_until_there_is_room(tmp_path: Path, docker: OwnDocker) -> None:
    data = tmp_path / "data"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", data], check=True)
    try:
        docker.data = data
        docker.start()
        here = Installation(Path("/"), Dialect.PLAIN, live=True)
        daemons = daemon_json(f'{{"data-root": "{data}"}}')
        assert isinstance(only(client_disk_full, disk=docker_disk.gather(here, daemons)), Pass)
        filler = data / "filler"
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 150 * 2**20)

        code, said = docker.make("team/app:1", kilobytes=20 * 1024)

        assert code != 0
        assert "no space left on device" in said
        fail = only(client_disk_full, disk=docker_disk.gather(here, daemons))
        assert isinstance(fail, Fail)

        filler.unlink()
        code, said = docker.make("team/app:1", kilobytes=20 * 1024)

        assert code == 0, said
    finally:
        docker.processes.stop_all()
        subprocess.run(["umount", "--lazy", data], check=True)


def test_a_registry_without_tls_must_be_named_to_docker(lone_registry: LoneRegistry, docker: OwnDocker) -> None:
    address = other_than_loopback()
    lone_registry.serve("http: {addr: ':@PORT'}\n")
    url, image = f"http://{address}:{lone_registry.port}", f"{address}:{lone_registry.port}/team/app:1"
    endpoints = Endpoints(Endpoint(url, Quote("command line", f"--registry {url}")), None, None, None)
    public = public_answer.gather(endpoints, Http(TrustedCAs()))
    docker.start()
    docker.make(image)

    code, said = docker.run("push", image)

    assert code != 0
    assert insecure_registry_missing.symptoms[0] in said
    told = {"public": public, "service": NONE, "disk": NONE}
    fail = only(insecure_registry_missing, daemons=daemon_json("{}"), **told)
    assert isinstance(fail, Fail)

    docker.settings = fail.remedy[Dialect.PLAIN].commands[0]
    docker.start()
    code, said = docker.run("push", image)

    assert code == 0, said
    assert isinstance(only(insecure_registry_missing, daemons=daemon_json(docker.settings), **told), Pass)


def daemon_json(text: str) -> DockerDaemons:
    """Docker's daemon.json."""
    return DockerDaemons((parse_docker_daemon(text.encode(), "/etc/docker/daemon.json"),))


def other_than_loopback() -> str:
    """An IPv4 address of this machine at which Docker does not take a registry for an insecure one."""
    every = [one.address for found in psutil.net_if_addrs().values() for one in found if one.family is socket.AF_INET]
    return next(address for address in every if not address.startswith("127."))
