"""Clients whose proxy is the capture."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

from regdoctor.capture.regular_setup import blocks
from tests.capture.test_instructions import REGULAR


def test_the_trust_store_comes_first_on_both_families_of_systems() -> None:
    debian, red_hat, docker, *_ = blocks(REGULAR)
    assert f"sudo cp '{REGULAR.authority}' /usr/local/share/ca-certificates/regdoctor-capture.crt" in debian.do
    assert f"sudo cp '{REGULAR.authority}' /etc/pki/ca-trust/source/anchors/regdoctor-capture.pem" in red_hat.do
    assert "sudo update-ca-trust" in red_hat.undo
    assert docker.title == "docker"


def test_dockers_daemon_gets_the_proxy_and_no_exceptions() -> None:
    docker = next(one for one in blocks(REGULAR) if one.title == "docker")
    proxy = "http://127.0.0.1:5080"
    assert f'Environment="HTTP_PROXY={proxy}" "HTTPS_PROXY={proxy}" "NO_PROXY="' in docker.do
    file = next(one for one in blocks(REGULAR) if "daemon.json" in one.title)
    assert json.loads(f"{{{file.text}}}") == {
        "proxies": {"http-proxy": proxy, "https-proxy": proxy, "no-proxy": ""},
    }


def test_a_shell_trusts_both_and_is_then_as_before(tmp_path: Path) -> None:
    authority, before = tmp_path / "ca.pem", tmp_path / "before.pem"
    authority.write_text("capture\n")
    before.write_text("system\n")
    podman = next(one for one in blocks(replace(REGULAR, authority=authority)) if one.title.startswith("podman"))
    script = f'set -e\n{podman.do}cat "$SSL_CERT_FILE"\necho "$HTTPS_PROXY"\n{podman.undo}echo "$SSL_CERT_FILE"\nls\n'
    done = subprocess.run(
        ["sh"],
        input=script,
        text=True,
        capture_output=True,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "SSL_CERT_FILE": str(before)},
        check=True,
        timeout=10,
    )
    assert done.stdout.split() == ["system", "capture", "http://127.0.0.1:5080", str(before), "before.pem", "ca.pem"]
