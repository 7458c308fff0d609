"""Whether one answer is right: what a client needs there, or what a healthy server says to one without a login."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.page_authors import author_of, is_page
from regdoctor.evidence.answers import Ping
from regdoctor.evidence.debug_server import problems_in
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.hops import Asked, Purpose
from regdoctor.evidence.s3_access import S3Access

_BROKE_OFF = {
    FailureKind.NAME: "failed lookup of the name",
    FailureKind.REFUSED: "refused connection",
    FailureKind.UNREACHABLE: "unreachable address",
    FailureKind.TIMEOUT: "timeout",
    FailureKind.RESET: "closed connection",
    FailureKind.TLS: "TLS failure",
    FailureKind.PROTOCOL: "answer that is not HTTP",
    FailureKind.SCHEME: "unusable address",
}
_REDIRECTS = (301, 302, 303, 307, 308)
_NO_ADDRESS = "what is no address"
_MOST_WORDS = 200
"""Characters of a server's own words that are told."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What an answer is worth."""

    right: bool | None
    """None where it does not tell."""
    symptom: str = ""
    """Where it is wrong, as a noun: `403`, `refused connection`."""
    words: str = ""
    """What is wrong, or what it does not tell, in a clause."""


RIGHT = Opinion(True)


def opinion(asked: Asked) -> Opinion:
    """What one answer is worth, by what it was asked for."""
    found = _opinion(asked)
    if asked.purpose is Purpose.FOLLOWED and found.right is False:
        where = f"where it sends the request on, {_place(asked.exchange.url)}"
        return replace(found, words=": ".join(filter(None, (where, found.words))))
    return found


def _opinion(asked: Asked) -> Opinion:
    exchange = asked.exchange
    if asked.purpose is Purpose.TOKEN_USED:
        return _of_token(asked)
    if exchange.failure is not None:
        return Opinion(False, _BROKE_OFF[exchange.failure.kind], exchange.failure.message)
    match asked.purpose:
        case Purpose.REQUEST | Purpose.BLOB | Purpose.FOLLOWED:
            return _of_registry(asked)
        case Purpose.TOKEN:
            return _of_token_service(asked)
        case Purpose.HEALTH:
            return _of_health(exchange)
        case Purpose.REDIRECTED:
            return RIGHT if exchange.status in (200, 206) else _wrong(exchange, "")


def of_identity(access: S3Access) -> Opinion:
    """What the registry's own identity may do in its bucket."""
    if access.unusable:
        first = access.calls[0].exchange if access.calls else None
        broken = first.failure if first is not None else None
        symptom = _BROKE_OFF[broken.kind] if broken else str(first.status) if first else "error"
        return Opinion(False, symptom, access.unusable)
    if access.forbidden:
        calls = " and ".join(dict.fromkeys(f"{call.action} {call.area or 'the bucket'}" for call in access.forbidden))
        return Opinion(
            False, str(access.forbidden[0].exchange.status), f"the registry's own identity is refused {calls}"
        )
    return RIGHT


def is_gateways(exchange: Exchange) -> bool:
    """Whether a proxy says by it that it got nothing from behind (RFC 9110, sections 15.6.3 to 15.6.5)."""
    return exchange.status in (502, 503, 504) and not parse_errors(exchange.body)


def _of_registry(asked: Asked) -> Opinion:
    exchange, status = asked.exchange, asked.exchange.status or 0
    if status == 401 and not asked.logged_in:
        if _ping(exchange).challenges:
            return Opinion(True, "", "it asks for a login")
        return Opinion(False, "401", "it asks for a login and does not say how: no WWW-Authenticate")
    if status == 403 and not asked.logged_in and parse_errors(exchange.body):
        return Opinion(True, "", "it asks for a login")
    if status == 429:
        return Opinion(False, "429", "too many requests")
    if asked.purpose is Purpose.BLOB:
        sent_on = status in _REDIRECTS and exchange.header("Location") is not None
        return RIGHT if status in (200, 206) or sent_on else _wrong(exchange, "a blob of the image")
    if status in _REDIRECTS:
        return _of_redirect(asked)
    return _of_success(exchange) if status == 200 else _wrong(exchange, "")


def _of_redirect(asked: Asked) -> Opinion:
    """Clients go on from it with GET and HEAD (registry.k8s.io answers every GET so): what comes there tells."""
    location = asked.exchange.header("Location")
    place = _place(location) if location is not None else _NO_ADDRESS
    words = f"it sends the request on to {place}"
    if asked.purpose is Purpose.FOLLOWED:
        return Opinion(None, "", f"{words}, the second time")
    return Opinion(False, str(asked.exchange.status), words) if place == _NO_ADDRESS else Opinion(None, "", words)


def _of_success(exchange: Exchange) -> Opinion:
    """A 200: of the base no more is required (distribution-spec, end-1), so that only a page for people is foreign."""
    kind = (exchange.header("Content-Type") or "no type")[:60]
    if _is_registrys(exchange):
        return RIGHT
    author = author_of(exchange.status, exchange.headers, exchange.body)
    named = author is not None and author.sure and not author.is_registry
    if named or is_page(exchange.headers, exchange.body):
        return Opinion(False, "foreign page", f"what answers 200 is no registry's answer ({kind})")
    if "/manifests/" in exchange.url:
        return Opinion(None, "", f"what answers 200 is no manifest ({kind})")
    return RIGHT


def _of_token_service(asked: Asked) -> Opinion:
    exchange, status = asked.exchange, asked.exchange.status or 0
    answer = exchange.json()
    if status == 200:
        gave = isinstance(answer, dict) and any(answer.get(name) for name in ("token", "access_token"))
        return RIGHT if gave else Opinion(False, "foreign page", "what answers 200 gives no token")
    if status in (401, 403) and not asked.logged_in:
        return Opinion(True, "", "it asks for a login")
    return _wrong(exchange, "")


def _of_token(asked: Asked) -> Opinion:
    """Only a refusal of what stands for somebody is one of the service's; other troubles are the registry's own."""
    if asked.exchange.status == 401 and asked.logged_in:
        return Opinion(False, "401", "the registry refuses the token that it gives")
    return Opinion(True if asked.exchange.status == 200 else None)


def _of_health(exchange: Exchange) -> Opinion:
    problems = problems_in(exchange)
    if problems is None:
        return Opinion(None, "", f"{exchange.status}: no health report")
    told = "; ".join(f"{name}: {reason}" for name, reason in list(problems.items())[:3])
    return Opinion(False, str(exchange.status), told[:_MOST_WORDS]) if problems else RIGHT


def _wrong(exchange: Exchange, what: str) -> Opinion:
    said = "; ".join(str(error) for error in parse_errors(exchange.body)[:2])[:_MOST_WORDS]
    return Opinion(False, str(exchange.status), ": ".join(filter(None, (what, said))))


def _is_registrys(exchange: Exchange) -> bool:
    """Whether a 200 is the registry's: the base's empty object, its header, or a manifest (end-3)."""
    document = exchange.json()
    is_manifest = isinstance(document, dict) and "schemaVersion" in document
    too_long = exchange.truncated and exchange.header("Docker-Content-Digest") is not None
    return is_manifest or too_long or _ping(exchange).is_registry


def _ping(exchange: Exchange) -> Ping:
    return Ping(Endpoint(exchange.url, exchange.quote()), exchange)


def _place(location: str) -> str:
    """Scheme and host of a Location; what follows may be a signature."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return _NO_ADDRESS
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"[:120] if parts.netloc else "another path"
