"""The walk sends a password where it sends one in a push too: by TLS, within this machine, or where clients do."""

from __future__ import annotations

import time
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

    assert door.sent == [goes]
    assert asked.logged_in is goes


@pytest.mark.parametrize(("why", "words"), [("", "anonymously"), ("no keyring", "anonymously (no keyring)")])
def test_who_has_no_login_asks_as_nobody_and_says_what_became_of_a_stored_one(why: str, words: str) -> None:
    realm = "https://gitlab.example.com/jwt/auth"
    asker = Asker(Recording(), TokenSource(True, "https://r", realm, "s", why_no_login=why), time.monotonic() + 10)

    asker.ask(Purpose.REQUEST, "GET", "https://r/v2/a/tags/list", Access("repository", "a", ("pull",)))

    assert asker.words == words
