"""Who refused a call, and what for, in words."""

from __future__ import annotations

from regdoctor.distribution.challenges import parse_challenges
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.page_authors import author_of, is_page
from regdoctor.evidence.call import Call
from regdoctor.traffic.wording import shown, status_words


def refusal(call: Call, status: int, asked: str, doing: str) -> str:
    """`the registry refuses the manifest with 400 MANIFEST_INVALID: manifest invalid`; who else wrote it, if it did.

    asked: who was asked, as it reads in a sentence: `the registry`; doing: what was asked for, after "refuses".
    """
    exchange = call.exchange
    author = author_of(status, exchange.headers, exchange.body)
    if author is not None and not author.is_registry and (author.sure or is_page(exchange.headers, exchange.body)):
        return f"{shown(author.name)}, not {asked}, answers {status}: it {status_words(status)}"
    verb = "refuses" if status < 500 else "fails at"
    errors = parse_errors(exchange.body)
    if errors and errors[0].code:
        said = errors[0].message or status_words(status)
        return f"{asked} {verb} {doing} with {status} {shown(errors[0].code)}: {shown(said)}"
    if is_page(exchange.headers, exchange.body):
        return f"a page for people answers {status} in the place of {asked}: it {status_words(status)}"
    return f"{asked} {verb} {doing} with {status}: it {status_words(status)}"


def refused_credentials(call: Call) -> str:
    """What a 401 says of the credentials that a registry got with the request."""
    exchange, known = call.exchange, call.recorded.shown
    challenges = parse_challenges(exchange.header_all("WWW-Authenticate"))
    if known is None:
        return "the registry wants credentials, and does not say which: there is no challenge"
    bearer = next((found for found in challenges if found.is_bearer), None)
    if known.scheme.lower() != "bearer":
        asks = "; it wants a token" if bearer else ""
        return f"the registry does not take the login that was sent{asks}"
    if bearer is not None and bearer.error == "insufficient_scope":
        return f"the registry takes the token, but it does not grant {shown(bearer.scope or 'what is asked for')}"
    return "the registry does not take the token that was sent"
