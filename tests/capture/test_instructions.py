"""What a person is told to set: it can be pasted as it stands, names the real address, and tells what is not seen."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from regdoctor.capture import regular_setup, reverse_setup
from regdoctor.capture.instructions import at_the_end, at_the_start, with_a_client
from regdoctor.capture.setup_block import Block, Place

REVERSE = Place(
    address="127.0.0.1:5080",
    url="https://registry.example.com:5050",
    is_reverse=True,
    keeps_host=True,
    authority=Path("/srv/regdoctor-capture-x/mitmproxy-ca-cert.pem"),
    record=None,
)
REGULAR = replace(REVERSE, is_reverse=False, keeps_host=False)
BLOCKS = [
    pytest.param(block, id=block.title) for block in (*reverse_setup.blocks(REVERSE), *regular_setup.blocks(REGULAR))
]


def joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("block", BLOCKS)
def test_a_shell_takes_each_block(block: Block) -> None:
    for commands in filter(None, (block.do, block.undo)):
        done = subprocess.run(["sh", "-n"], input=commands, text=True, capture_output=True, check=False, timeout=10)
        assert (done.returncode, done.stderr) == (0, "")
        assert commands.endswith("\n")


@pytest.mark.parametrize("block", BLOCKS)
def test_what_is_set_can_be_undone(block: Block) -> None:
    assert bool(block.do) == bool(block.undo)
    assert "…" not in block.do + block.undo


@pytest.mark.parametrize("place", [REVERSE, REGULAR])
def test_commands_are_not_wrapped_nor_indented(place: Place) -> None:
    setup = reverse_setup if place.is_reverse else regular_setup
    shown = "\n".join(at_the_start(place))
    for block in setup.blocks(place):
        assert block.text + block.do in shown
        assert block.undo in shown
        assert block.undo in "\n".join(at_the_end(place))


def test_each_client_of_the_field_has_its_block() -> None:
    for place in (REVERSE, REGULAR):
        shown = "\n".join(at_the_start(place))
        for client in ("docker", "containerd", "podman", "skopeo", "buildkit", "GitLab Runner"):
            assert client in shown


def test_it_is_said_what_leads_past_a_reverse_capture() -> None:
    kept, renamed = joined(at_the_start(REVERSE)), joined(at_the_start(replace(REVERSE, keeps_host=False)))
    assert "uploads stay with the capture" in kept
    assert "leads uploads past the capture" in renamed
    assert "realm of its challenge" in kept
    assert "realm of its challenge" in renamed


def test_an_address_that_others_reach_is_warned_of() -> None:
    assert "is no address of loopback" not in joined(at_the_start(REVERSE))
    assert "is no address of loopback" in joined(at_the_start(replace(REVERSE, address="192.0.2.7:5080")))


@pytest.mark.parametrize(("host", "warned"), [("localhost", True), ("127.0.0.1", True), ("registry.test", False)])
def test_a_registry_on_loopback_is_not_asked_by_a_proxy(host: str, warned: bool) -> None:
    told = joined(at_the_start(replace(REGULAR, url=f"http://{host}:5000")))
    assert (f"never ask {host} by a proxy" in told) == warned


@pytest.mark.parametrize(
    ("place", "client", "words"),
    [
        (REGULAR, ("/usr/bin/docker", "pull", "x"), "docker passes work on to a daemon"),
        (REVERSE, ("skopeo", "inspect", "docker://x"), "skopeo is not told of the capture: put {registry}"),
    ],
)
def test_a_client_that_would_pass_by_is_told_of(place: Place, client: tuple[str, ...], words: str) -> None:
    assert words in joined(with_a_client(place, client))
    assert words not in joined(with_a_client(place, ("skopeo", "inspect", "docker://{registry}/a")))


def test_the_words_of_a_client_are_not_shown() -> None:
    assert "secret" not in joined(with_a_client(REGULAR, ("skopeo", "login", "--password", "secret")))


@pytest.mark.parametrize(
    ("word", "host"),
    [
        ("docker://localhost:5000/group/app:1", "localhost:5000"),
        ("127.0.0.1:5000/app", "127.0.0.1:5000"),
        ("--dest=docker://user@[::1]:443/app", "[::1]:443"),
        ("http://127.1.2.3/v2/", "127.1.2.3"),
    ],
)
def test_a_client_that_is_to_ask_loopback_is_told_of_reverse_mode(word: str, host: str) -> None:
    said = joined(with_a_client(REGULAR, ("skopeo", "copy", "dir:image", word)))
    assert f"`regdoctor capture run https://{host} -- skopeo …{{registry}}…`" in said
    assert "never ask loopback" not in joined(with_a_client(REVERSE, ("skopeo", "copy", "dir:image", word)))


@pytest.mark.parametrize(
    "word", ["docker://localhost.example.com/app", "dir:localhost", "docker://registry.test/127.0.0.1", "--port=5000"]
)
def test_a_word_that_only_looks_like_loopback_says_nothing(word: str) -> None:
    assert "never ask loopback" not in joined(with_a_client(REGULAR, ("skopeo", "copy", word)))
