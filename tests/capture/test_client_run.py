"""A client's words, environment and end."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import pytest

from regdoctor.capture.client_run import (
    ClientRun,
    environment_for,
    proxies_named,
    require_found,
    words_for,
    works_through_daemon,
)
from regdoctor.exit_codes import UsageError

BASE = {
    "https_proxy": "http://old",
    "NO_PROXY": "*",
    "All_Proxy": "x",
    "SSL_CERT_FILE": "/old",
    "PATH": "/usr/bin:/bin",
}


def test_in_reverse_mode_a_client_has_no_proxy() -> None:
    assert environment_for(BASE) == {"SSL_CERT_FILE": "/old", "PATH": "/usr/bin:/bin"}


def test_in_regular_mode_it_has_ours_and_trusts_it(tmp_path: Path) -> None:
    environment = environment_for(BASE, "http://127.0.0.1:5080", tmp_path / "bundle.pem")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        assert environment[name] == "http://127.0.0.1:5080"
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        assert environment[name] == str(tmp_path / "bundle.pem")
    assert "NO_PROXY" not in environment


def test_proxies_that_are_not_used_are_known() -> None:
    assert proxies_named(BASE | {"HTTP_PROXY": ""}) == ["All_Proxy", "https_proxy"]


def test_the_capture_stands_where_the_registry_is_to_be() -> None:
    assert words_for(["copy", "dir:a", "docker://{registry}/a"], "[::1]:1") == ["copy", "dir:a", "docker://[::1]:1/a"]


def test_a_client_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="no-such-client: no such program on PATH"):
        require_found(["no-such-client"])
    require_found([sys.executable])


@pytest.mark.parametrize(("name", "daemon"), [("docker", True), ("/usr/bin/nerdctl", True), ("skopeo", False)])
def test_clients_of_a_daemon(name: str, daemon: bool) -> None:
    assert works_through_daemon([name]) == daemon


def _run(words: list[str], path: Path) -> tuple[ClientRun, threading.Event]:
    ended = threading.Event()
    with path.open("w") as output:
        return ClientRun(words, BASE, output, ended.set), ended


def test_its_end_is_told_with_its_exit_code(tmp_path: Path) -> None:
    run, ended = _run(["sh", "-c", "echo said; exit 7"], tmp_path / "out")
    assert ended.wait(60)
    assert run.exit_code == 7
    assert (tmp_path / "out").read_text() == "said\n"


@pytest.mark.parametrize(
    ("script", "number", "code"),
    [
        ("sleep 600", signal.SIGTERM, -signal.SIGTERM),
        ("trap '' TERM; echo ready; while :; do sleep 600; done", signal.SIGTERM, -signal.SIGKILL),
    ],
)
def test_it_is_ended(script: str, number: int, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regdoctor.capture.client_run._GRACE", 1.0)
    out = tmp_path / "out"
    run, ended = _run(["sh", "-c", script if "ready" in script else f"echo ready; exec {script}"], out)
    while not out.read_text() and not ended.wait(0.05):
        pass
    run.stop(number)
    assert run.exit_code == code
