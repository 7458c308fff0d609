"""No secret comes out of regdoctor by servers that say back what they were sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from regdoctor.distribution.jws import base64url, sign
from tests.canaries import leaks
from tests.e2e.canary_runs import REPORTS, Place, side_by_side
from tests.e2e.echoing_realm import MANNERS, echoing_realm

PASSWORD = 'Canary+7f1d/9b "quoted" \\ é%41'


def token() -> str:
    """One with all of its parts, for a registry of another world."""
    key = rsa.generate_private_key(65537, 2048)
    claims = {"iss": "gitlab-issuer", "aud": "registry", "exp": 4_000_000_000, "access": []}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "kid": "K"}, claims))
    return f"{signed}.{base64url(sign(key, signed.encode()))}"


SECRETS = {
    "password": PASSWORD,
    "token": token(),
    "refresh token": "canary-refresh-Zk3v_77ab",
    "access token": "canary-access-Zk3v_90cc",
    "password in the realm": "canary-in-realm-55aa90",
}
TOKENS = {name.replace(" ", "_"): SECRETS[name] for name in ("token", "refresh token", "access token")}
LOGIN = ("--username", "lab", "--password-stdin")


@pytest.mark.parametrize("manner", MANNERS)
def test_what_a_server_says_back_is_not_shown(manner: str, tmp_path: Path) -> None:
    with echoing_realm(manner, TOKENS, SECRETS["password in the realm"]) as server:
        asked = ("token", "request", server.url, "group/project:pull,push", *LOGIN)
        commands = {
            "check": ("check", "auth", "--registry", server.url, *LOGIN, "--verbose", *REPORTS),
            "token": asked,
            "token by the form": (*asked, "--oauth2", "--format", "json"),
            "hops": ("hops", server.url, *LOGIN),
        }
        runs = side_by_side({name: (Place(tmp_path / name), words, PASSWORD) for name, words in commands.items()})

        assert any(said.startswith("Basic ") for said in server.heard) == (manner != "has a login in it")
        assert (f"Bearer {SECRETS['token']}" in server.heard) == (manner == "gives tokens")
    for name, run in runs.items():
        assert leaks(run.written, {**SECRETS, "signature": SECRETS["token"].rpartition(".")[2]}) == [], name
        assert "Traceback" not in run.told, run.told
        assert run.code in (0, 1, 2, 3), run.told


BUG = """
import regdoctor.probes.token_source as place

def broken(door, source, *rest, **more):
    raise ValueError(f"not for me: {source.login.username}:{source.login.password.reveal()} {source.realm}")

place.ask_realm.__code__ = broken.__code__
"""


def test_a_bug_that_has_the_password_in_its_message_shows_a_traceback_without_it(tmp_path: Path) -> None:
    with echoing_realm("has a login in it", TOKENS, SECRETS["password in the realm"]) as server:
        words = ("check", "auth", "--registry", server.url, *LOGIN, "--verbose", *REPORTS)
        run = Place(tmp_path).run_with(BUG, words, PASSWORD)

    assert run.code == 70
    assert "Traceback" in run.told
    assert "not for me: lab:[redacted password]" in run.told
    assert leaks(run.written, SECRETS) == []
