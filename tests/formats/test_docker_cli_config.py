"""Docker's config.json is read with its lines, and its credentials stay wrapped."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from regdoctor.formats.docker_cli_config import (
    DockerCliConfig,
    entry_of_auth_json,
    entry_of_docker,
    login_of_helper,
    lookup_name,
    parse_docker_cli_config,
)
from regdoctor.formats.located import UnreadableError
from regdoctor.redaction import Secret

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


def config_of(auths: dict[str, Any]) -> DockerCliConfig:
    """A config.json with these logins."""
    return parse_docker_cli_config(json.dumps({"auths": auths}, indent=1).encode(), "config.json")


def auth(plain: bytes) -> dict[str, str]:
    """An entry of `auths`."""
    return {"auth": base64.b64encode(plain).decode()}


def test_docker_takes_the_whole_key_first_and_podman_none_with_a_path() -> None:
    config = config_of(
        {"https://r.example.com/v1/": auth(b"old:Canary7c1f9d2e"), "r.example.com": auth(b"new:pass:word")}
    )
    found = entry_of_docker(config, ("r.example.com",))
    assert found is not None
    assert (found.username, found.password.reveal(), found.is_identity_token) == ("new", "pass:word", False)
    grouped = config_of({"r.example.com/group": auth(b"group:Canary7c1f9d2e")})
    assert entry_of_docker(grouped, ("r.example.com",)) is not None
    assert entry_of_auth_json(grouped, ("r.example.com",)) is None


def test_zero_bytes_behind_a_password_are_left_out_as_docker_does() -> None:
    found = entry_of_docker(config_of({"r": auth(b"bob:Canary7c1f9d2e\0\0")}), ("r",))
    assert found is not None
    assert found.password.reveal() == "Canary7c1f9d2e"


@pytest.mark.parametrize("plain", [b"no colon", b":password", b"bob:", b"bob:\xff\xfe"])
def test_an_entry_that_is_no_login_is_said_with_its_line(plain: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"^config\.json:4: `auth` is not the Base64 of a name, a colon"):
        entry_of_docker(config_of({"r": auth(plain)}), ("r",))


def test_an_entry_beside_a_helper_holds_nothing_and_an_identity_token_is_told_as_such() -> None:
    assert entry_of_docker(config_of({"r": {}}), ("r",)) is None
    found = entry_of_docker(config_of({"r": {"auth": "", "identitytoken": "Canary7c1f9d2eToken"}}), ("r",))
    assert found is not None
    assert (found.username, found.is_identity_token) == ("", True)
    named = entry_of_docker(config_of({"r": auth(b"<token>:Canary7c1f9d2e")}), ("r",))
    assert named is not None
    assert (named.username, named.is_identity_token) == ("<token>", False)
    for username, is_identity in (("<token>", True), ("bob", False)):
        assert login_of_helper(username, Secret("Canary7c1f9d2e", "password")).is_identity_token is is_identity
