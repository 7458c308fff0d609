"""What an answer tells of its author and of the token that was shown."""

from __future__ import annotations

import pytest

from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxied_answers import (
    asked,
    calls_token_invalid,
    challenges_of,
    refused_by,
    written_by,
)

URL = "https://registry.example.com/v2/"
PAGE = b"<html>\r\n<hr><center>nginx</center>\r\n</html>"
API = ("Docker-Distribution-Api-Version", "registry/2.0")


def answer(status: int, *headers: tuple[str, str], body: bytes = b"") -> Exchange:
    return Exchange("GET", URL, status=status, headers=headers, body=body)


def test_a_page_is_refused_by_its_author_and_the_registrys_answer_by_nobody() -> None:
    page, own = answer(403, body=PAGE), answer(401, API)

    refused = refused_by(page)
    assert refused is not None
    assert refused.name == "nginx"
    author = written_by(own)
    assert author is not None
    assert author.is_registry
    assert refused_by(own) is None


def test_a_server_header_alone_refuses_nothing() -> None:
    exchange = answer(403, ("Server", "nginx"), ("Content-Type", "text/html"), body=b"<html>")

    assert written_by(exchange) is not None
    assert refused_by(exchange) is None


@pytest.mark.parametrize(
    ("challenge", "invalid"),
    [
        ('Bearer realm="https://g/jwt/auth",service="x",error="invalid_token"', True),
        ('Bearer realm="https://g/jwt/auth",service="x"', False),
        ('Bearer realm="https://g/jwt/auth",error="insufficient_scope"', False),
        ('Basic realm="x", error="invalid_token"', False),
    ],
)
def test_a_challenge_says_that_a_token_came(challenge: str, invalid: bool) -> None:
    exchange = answer(401, ("WWW-Authenticate", challenge))

    assert len(challenges_of(exchange)) == 1
    assert calls_token_invalid(exchange) is invalid


def test_the_quotation_says_how_was_asked() -> None:
    quote = asked(answer(401, API), "with a token", "Allow")

    assert quote.source == f"GET {URL}"
    assert quote.quote == f"with a token: GET {URL} → 401, empty body, no Allow"
