"""`check` and `hops` keep a password from a token service that the challenge alone names, until the user names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.token_realm import ISSUER, PASSWORD, SERVICE, Realm, serving, shown_secrets
from tests.conftest import _pair
from tests.e2e.lone_registry import LoneRegistry

BY_HAND = ("--username", "me", "--password-stdin")


@pytest.fixture
def realm() -> Iterator[Realm]:
    with serving() as service:
        yield service


@pytest.fixture
def registry(realm: Realm, tmp_path: Path) -> Iterator[LoneRegistry]:
    """docker-registry at 127.0.0.1, with a token service at http://localhost."""
    alone = LoneRegistry(tmp_path / "registry")
    (tmp_path / "bundle.crt").write_bytes(_pair(0)[0])
    trusted = f"service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {tmp_path}/bundle.crt"
    alone.serve(f"auth: {{token: {{realm: 'http://localhost:{realm.port}/auth', {trusted}}}}}\n")
    yield alone
    alone.stop()


@pytest.mark.parametrize("command", [("check", "auth", "-v", "--registry"), ("hops",)], ids=["check", "hops"])
def test_a_password_goes_to_the_host_that_was_named_and_to_no_other(
    spawn: Callable[..., Any], registry: LoneRegistry, realm: Realm, command: tuple[str, ...]
) -> None:
    for named, went in (((), False), (("elsewhere.example",), False), (("localhost",), True)):
        option = ("--send-credentials-to", *named) if named else ()
        ended = spawn(*command, registry.url, *BY_HAND, *option, stdin=f"{PASSWORD}\n")

        said = " ".join((ended.out + ended.err).split())
        assert ("GET", f"me:{PASSWORD}") in realm.asked if went else all(not who for _, who in realm.asked)
        assert ("--send-credentials-to localhost would send it there in clear" in said) is not went
        assert shown_secrets(said, realm) == []


def test_what_is_no_host_is_refused(spawn: Callable[..., Any], registry: LoneRegistry, realm: Realm) -> None:
    for words in (("check", "auth", "--registry", registry.url), ("hops", registry.url)):
        ended = spawn(*words, "--send-credentials-to", "https://localhost/auth")
        assert (ended.code, ended.out) == (2, "")
        assert "--send-credentials-to 'https://localhost/auth': give a host, or host:port" in ended.err
    assert realm.asked == []
