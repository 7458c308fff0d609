"""The walk sends a password where it sends one in a push too: by TLS, within this machine, or where clients do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.distribution.tokens import Access
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.hops import Purpose
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http, TrustedCAs
from regdoctor.probes.hop_asking import Asker
from regdoctor.redaction import Secret
from regdoctor.target import Login

LOGIN = Login("alice", Secret("correct horse", "password"))


class Recording(Http):
    """A door behind which nobody is: it keeps whether a password would be sent."""

    def __init__(self) -> None:
        super().__init__(TrustedCAs())
        self.sent: list[bool] = []

    def send(self, method: str, url: str, **options: Any) -> Exchange:
        """An answer of nobody."""
        self.sent.append("basic" in options)
        return Exchange(method, url, status=200)


@pytest.mark.parametrize(
    ("url", "is_public", "goes"),
    [
        ("http://10.0.0.5:5000", False, False),
        ("http://registry:5000", False, False),
        ("http://10.0.0.5:5000", True, True),
        ("https://10.0.0.5:5000", False, True),
        ("http://127.0.0.1:5000", False, True),
        ("http://[::1]:5000", False, True),
    ],
)
def test_a_password_goes_in_the_clear_only_where_a_client_sends_it(url: str, is_public: bool, goes: bool) -> None:
    door = Recording()
    source = TokenSource(True, url, "", "", scheme="basic", login=LOGIN)
    asker = Asker(door, source, time.monotonic() + 10)

    (asked,) = asker.ask(Purpose.REQUEST, "GET", f"{url}/v2/", is_public=is_public)

    assert door.sent == ([True, True] if goes else [False])  # whether it is taken, and the request
    assert asked.logged_in is goes


def test_what_refuses_the_password_answers_so_to_whatever_is_asked(serve: Callable[..., Any], door: Http) -> None:
    front, registry = serve(lambda _: (401, {}, b"")), serve(lambda _: (200, {}, b"{}"))
    source = TokenSource(True, front.url, "", "", scheme="basic", login=LOGIN)
    asker = Asker(door, source, time.monotonic() + 10)

    for path in ("/v2/_catalog", "/v2/a/tags/list"):
        for server in (front, registry):
            (asked,) = asker.ask(Purpose.REQUEST, "GET", f"{server.url}{path}", is_public=server is front)
            assert (asked.exchange.status, asked.logged_in) == (401 if server is front else 200, True)

    assert front.asked() == ["GET /v2/"]
    assert registry.asked() == ["GET /v2/", "GET /v2/_catalog", "GET /v2/a/tags/list"]
    assert asker.words == "as alice"


@pytest.mark.parametrize(("why", "words"), [("", "anonymously"), ("no keyring", "anonymously (no keyring)")])
def test_who_has_no_login_asks_as_nobody_and_says_what_became_of_a_stored_one(why: str, words: str) -> None:
    realm = "https://gitlab.example.com/jwt/auth"
    asker = Asker(Recording(), TokenSource(True, "https://r", realm, "s", why_no_login=why), time.monotonic() + 10)

    asker.ask(Purpose.REQUEST, "GET", "https://r/v2/a/tags/list", Access("repository", "a", ("pull",)))

    assert asker.words == words
