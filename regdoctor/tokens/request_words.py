"""What was asked for a token, and with it, in words."""

from __future__ import annotations

import dataclasses

from regdoctor.distribution.challenges import parse_challenges
from regdoctor.distribution.errors import parse_errors
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.token_answers import GrantedRead, TokenAnswer
from regdoctor.redaction import redact

_OAUTH_ERRORS = ("error", "error_description")
"""RFC 6749 section 5.2."""
_LONGEST = 300
"""Characters of a service's own text that are told."""


def asked_in_words(exchange: Exchange) -> str:
    """The request with its answer in one line, without its query.

    A query may hold anything; of the realm's it is the service and the scope, which are told anyway.
    """
    return dataclasses.replace(exchange, url=exchange.url.partition("?")[0]).quote().quote


def refusal_in_words(answer: TokenAnswer) -> str:
    """Why there is no token, in one line."""
    said = redact("; ".join(_errors(answer.realm)))
    return f"{asked_in_words(answer.realm)}{f': {said}' if said else ''}{_no_form(answer)}"


def read_in_words(read: GrantedRead) -> str:
    """The request with its answer: `GET …/tags/list → 401, with the token: 401 UNAUTHORIZED, insufficient_scope`."""
    line = f"{read.answer.quote().quote}, with the token"
    if read.answer.status != 200 and read.accepted:
        return f"{line}: NAME_UNKNOWN, no such repository yet; the token was accepted for it"
    return f"{line}: {said_of(read)}" if read.refused else line


def said_of(read: GrantedRead) -> str:
    """What the registry said of it: `401 UNAUTHORIZED, insufficient_scope`; `404 NAME_UNKNOWN`."""
    answer = read.answer
    if answer.status is None:
        return answer.failure.message if answer.failure else "no answer"
    codes = [error.code for error in parse_errors(answer.body)[:1]]
    challenges = parse_challenges(answer.header_all("WWW-Authenticate"))
    codes += [challenge.error for challenge in challenges[:1] if challenge.error]
    return redact(f"{answer.status} {', '.join(filter(None, codes))}").strip()


def _errors(realm: Exchange) -> list[str]:
    found = [f"{error.code} {error.message}".strip() for error in parse_errors(realm.body)[:3]]
    answer = realm.json()
    if isinstance(answer, dict):
        found += [answer[name] for name in _OAUTH_ERRORS if isinstance(answer.get(name), str)]
    return [text[:_LONGEST] for text in found]


def _no_form(answer: TokenAnswer) -> str:
    if answer.by_get is None:
        return ""
    if answer.by_get.status == answer.realm.status:
        return f"; GET of the same address gets {answer.by_get.status} as well, so that it is not for want of the form"
    return (
        f"; to GET the same address answers {answer.by_get.status or 'nothing'}: it seems to know no OAuth2 form, as "
        "GitLab's token service does not, and an identity token or --oauth2 is of no use there"
    )
