"""Docker's config.json is read with its lines, and its credentials stay wrapped."""

from __future__ import annotations

import pytest

from regdoctor.formats.docker_cli_config import lookup_name, parse_docker_cli_config
from regdoctor.formats.located import UnreadableError

TEXT = b"""{
\t"auths": {
\t\t"registry.example.com:5050": {"auth": "Ym9iOkNhbmFyeTdjMWY5ZDJl"},
\t\t"https://index.docker.io/v1/": {"identitytoken": "Canary7c1f9d2eToken"}
\t},
\t"credsStore": "pass",
\t"credHelpers": {"registry.example.com": "ecr-login", "empty": ""}
}
"""


def test_logins_and_helpers_are_read_with_their_lines() -> None:
    config = parse_docker_cli_config(TEXT, "/root/.docker/config.json")

    assert {key: login.place.line for key, login in config.logins().items()} == {
        "registry.example.com:5050": 3,
        "https://index.docker.io/v1/": 4,
    }
    store = config.store()
    assert store is not None
    assert (store.text(), store.place.line) == ("pass", 6)
    assert {key: helper.text() for key, helper in config.helpers().items()} == {"registry.example.com": "ecr-login"}


def test_credentials_are_wrapped() -> None:
    config = parse_docker_cli_config(TEXT, "config.json")

    shown = [found.text() for _, found in config.tree.walk()]
    assert "Ym9iOkNhbmFyeTdjMWY5ZDJl" not in shown
    assert "Canary7c1f9d2eToken" not in shown
    assert shown.count("[redacted credentials]") == 2


def test_an_empty_file_says_nothing() -> None:
    config = parse_docker_cli_config(b"\n", "config.json")

    assert (config.logins(), config.store(), config.helpers()) == ({}, None, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"auths": {},}', r"config\.json:1: not JSON"),
        (b"[]", r"not a JSON object"),
        (b"[" * 100_000, r"nested too deeply"),
    ],
)
def test_what_docker_does_not_read_is_said_in_a_line(text: bytes, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        parse_docker_cli_config(text, "config.json")


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("registry.example.com", "registry.example.com"),
        ("https://registry.example.com", "registry.example.com"),
        ("http://registry.example.com:5000/v2/", "registry.example.com:5000"),
        ("registry.example.com/group/project", "registry.example.com"),
        ("https:/registry.example.com", "https:"),
    ],
)
def test_docker_looks_a_login_up_by_host_and_port(key: str, name: str) -> None:
    assert lookup_name(key) == name
