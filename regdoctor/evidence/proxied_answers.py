"""What the public address answers to requests that proxies and firewalls treat in ways of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from regdoctor.check import Quote
from regdoctor.distribution.challenges import Challenge, parse_challenges
from regdoctor.distribution.page_authors import Author, author_of, is_page
from regdoctor.evidence.answers import Ping
from regdoctor.evidence.exchange import Exchange


@dataclass(frozen=True, slots=True)
class ProxiedAnswers:
    """Variations of GET /v2/, each at the registry's public address unless it says otherwise.

    None carries a secret: the token is a text in the shape of one, which a registry finds malformed.
    """

    ping: Ping
    """The plain GET that they are compared with: it was a registry's."""
    by_method: Mapping[str, Exchange]
    """HEAD, POST and PATCH, without a body."""
    as_docker: Exchange
    """GET with the User-Agent of docker."""
    with_token: Exchange
    """GET with `Authorization: Bearer`, about 100 bytes."""
    with_large_token: Exchange
    """The same with about 6,000 bytes, as a token for many scopes has them."""
    chunked: Exchange
    """POST with a body of one byte, Transfer-Encoding: chunked."""
    with_token_inside: Exchange | None = None
    """`with_token` at the registry's own port; None where that cannot be asked from here."""


def written_by(exchange: Exchange) -> Author | None:
    """Who wrote this answer; None where nothing tells."""
    return author_of(exchange.status, exchange.headers, exchange.body)


def challenges_of(exchange: Exchange) -> tuple[Challenge, ...]:
    """The parsed WWW-Authenticate headers."""
    return parse_challenges(exchange.header_all("WWW-Authenticate"))


def calls_token_invalid(exchange: Exchange) -> bool:
    """Whether the challenge says that a token came and is no good.

    distribution writes `error="invalid_token"` for a malformed one, and no error where none came
    (registry/auth/token/accesscontroller.go, challengeParams; RFC 6750 section 3.1).
    """
    return any(challenge.is_bearer and challenge.error == "invalid_token" for challenge in challenges_of(exchange))


def refused_by(exchange: Exchange) -> Author | None:
    """The proxy that surely wrote this answer; None where it is the registry's, or may be."""
    author = written_by(exchange)
    return author if author is not None and author.sure and not author.is_registry else None


def is_foreign(exchange: Exchange) -> bool:
    """Whether the registry surely did not write this: a proxy did, or it is a page for people, whoever signs it.

    A Server header, or its absence, tells nothing of a page's author, and a page is never a registry's all the same.
    """
    author = written_by(exchange)
    is_its_own = author is not None and author.is_registry
    return refused_by(exchange) is not None or (not is_its_own and is_page(exchange.headers, exchange.body))


def asked(exchange: Exchange, how: str, *headers: str) -> Quote:
    """The exchange as evidence, with what was special about the request: `with a token: GET https://… → 401 …`.

    headers: response headers to show, as Exchange.quote takes them.
    """
    quote = exchange.quote(*headers)
    return replace(quote, quote=f"{how}: {quote.quote}")
