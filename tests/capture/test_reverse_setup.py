"""Clients that ask the capture by its own address."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from regdoctor.capture.reverse_setup import blocks
from regdoctor.capture.setup_block import Block
from tests.capture.test_instructions import REVERSE


def _block(title: str, address: str = REVERSE.address) -> Block:
    return next(one for one in blocks(replace(REVERSE, address=address)) if one.title.startswith(title))


def _document(commands: str) -> str:
    return commands.partition("<<'EOF'\n")[2].partition("EOF\n")[0]


def test_containerd_asks_the_capture_under_the_old_name() -> None:
    block = _block("containerd")
    assert tomllib.loads(_document(block.do)) == {
        "server": "https://registry.example.com:5050",
        "host": {"http://127.0.0.1:5080": {"capabilities": ["pull", "resolve", "push"]}},
    }
    assert "/etc/containerd/certs.d/registry.example.com:5050/hosts.toml" in block.do


def test_podman_and_buildkit_speak_plain_http_to_it() -> None:
    assert tomllib.loads(_document(_block("podman").do)) == {
        "registry": [{"location": "127.0.0.1:5080", "insecure": True}]
    }
    assert tomllib.loads(_document(_block("buildkit").do)) == {"registry": {"127.0.0.1:5080": {"http": True}}}


@pytest.mark.parametrize(
    ("address", "needed"),
    [("127.0.0.1:5080", False), ("127.8.0.1:5080", False), ("[::1]:5080", False), ("192.0.2.7:5080", True)],
)
def test_docker_needs_no_setting_for_loopback(address: str, needed: bool) -> None:
    assert ("insecure-registries" in _block("docker", address).words) == needed
