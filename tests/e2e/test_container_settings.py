"""What a Compose file gives to the real registry 2.8: a variable with a space sets nothing, and nothing says so."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from regdoctor.formats.compose_file import parse_compose_file
from regdoctor.formats.image_defaults import default_config
from regdoctor.lab.ports import free_ports


def _asked(url: str, variables: dict[str, str], config: Path) -> tuple[int, str, str]:
    """Status, body and the registry's log of a DELETE that it is asked for."""
    program = shutil.which("docker-registry")
    assert program, "Debian's package docker-registry is needed"
    environment = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}
    with subprocess.Popen(
        ["timeout", "20", program, "serve", str(config)],
        env=environment | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "listening on" in line:
                break
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="DELETE"), timeout=10) as answer:  # noqa: S310
                status, body = answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                status, body = refusal.code, refusal.read().decode()
        process.terminate()
    return status, body, "".join(lines)


@pytest.mark.parametrize(
    ("item", "status", "words"),
    [
        ("REGISTRY_STORAGE_DELETE_ENABLED=true", 404, "MANIFEST_UNKNOWN"),
        ("REGISTRY_STORAGE_DELETE_ENABLED = true", 405, "The operation is unsupported."),
    ],
)
def test_a_variable_with_a_space_leaves_the_setting_as_it_is(
    tmp_path: Path, item: str, status: int, words: str
) -> None:
    (port,) = free_ports(1)
    text = f"""\
services:
  registry:
    image: registry:2.8.3
    environment:
      - REGISTRY_HTTP_ADDR=127.0.0.1:{port}
      - REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY={tmp_path}/data
      - {item}
"""
    (service,) = parse_compose_file([(text.encode(), "compose.yml")]).registry_services()
    config = tmp_path / "config.yml"
    config.write_bytes(default_config("registry:2.8.3") or b"")
    variables = {one.name: str(one.value) for one in service.variables}
    found, body, log = _asked(f"http://127.0.0.1:{port}/v2/a/manifests/sha256:{'0' * 64}", variables, config)
    assert (found, words in body) == (status, True), body
    assert "Ignoring unrecognized" not in log
