"""A name with a dead address: a client pinned to it fails, skopeo goes on, and the check tells which address it is.

The name stands in a hosts file of its own, which the real clients see in a mount namespace (unshare), and the probe by
the same rows given in the place of the resolver's.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote
from regdoctor.checks.proxy.address_unreachable import address_unreachable
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.injection import Absent
from regdoctor.lab.image import build_image
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.probes.addresses import addresses
from tests.e2e.lone_registry import LoneRegistry

NAME = "registry.test"
DEAD, ALIVE = "127.0.0.2", "127.0.0.1"


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A hosts file in which NAME has both addresses, the dead one first; the probe sees the same."""
    real = socket.getaddrinfo

    def answer(host: str, port: int, *more: Any, **words: Any) -> list[Any]:
        hosts = (DEAD, ALIVE) if host == NAME else (host,)
        return [row for one in hosts for row in real(one, port, *more, **words)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setenv("NO_PROXY", NAME)
    hosts = tmp_path / "hosts"
    hosts.write_text(f"{DEAD} {NAME}\n{ALIVE} {NAME}\n127.0.0.1 localhost\n")
    return hosts


def judge(port: int) -> Outcome:
    """What the probe sees of the name, and the check makes of it."""
    public = Endpoint(f"http://{NAME}:{port}", Quote("command line", "--registry"))
    found = addresses.gather(Endpoints(public, None, None, None))
    told = address_unreachable.judge(addresses=found, rb=Absent("not part of this test"))
    assert isinstance(told, Outcome)
    return told


def test_a_dead_address_beside_a_living_one(
    named: Path, lone_registry: LoneRegistry, run_with_hosts: Callable[..., int], tmp_path: Path
) -> None:
    lone_registry.serve()
    port = lone_registry.port
    pinned = ("curl", "-sf", "-o", "/dev/null", "--resolve", f"{NAME}:{port}:{DEAD}", f"http://{NAME}:{port}/v2/")
    assert run_with_hosts(named, *pinned) != 0
    build_image("addresses\n").write_folder(tmp_path / "image")
    push = ("--dest-tls-verify=false", f"dir:{tmp_path}/image", f"docker://{NAME}:{port}/app:1")
    assert run_with_hosts(named, find_program("skopeo"), "copy", "--insecure-policy", *push) == 0

    fail = judge(port)
    assert isinstance(fail, Fail)
    assert fail.message.startswith(f"{NAME} has addresses that accept no connection ({DEAD}) beside such as do")
    assert "docker goes on, programs that try one address alone fail now and then" in fail.message
    assert "listens on each address" in fail.remedy[Dialect.PLAIN].text

    lone_registry.serve("http: {addr: ':@PORT'}\n")
    assert run_with_hosts(named, *pinned) == 0
    assert isinstance(judge(port), Pass)


@pytest.fixture
def run_with_hosts(tmp_path: Path) -> Callable[..., int]:
    """Run a program with this file as /etc/hosts; its exit code."""

    def run(hosts: Path, *command: str | Path) -> int:
        inside = 'mount --bind "$0" /etc/hosts && exec "$@"'
        done = subprocess.run(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", inside, hosts, *command],
            env={**minimal_environment(tmp_path), "TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "unshare" not in done.stderr, done.stderr
        assert "mount" not in done.stderr, done.stderr
        return done.returncode

    return run
