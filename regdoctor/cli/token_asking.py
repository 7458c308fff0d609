"""What `regdoctor token request` does between its words and its report: asks, shows, reads, and says how it ended."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regdoctor.exit_codes import ExitCode, UsageError

if TYPE_CHECKING:
    from regdoctor.distribution.generation import Generation
    from regdoctor.distribution.scopes import Access
    from regdoctor.distribution.token_verdicts import TokenTrust
    from regdoctor.evidence.token_answers import GrantedRead, TokenAnswer
    from regdoctor.evidence.token_source import TokenSource
    from regdoctor.http import Http
    from regdoctor.tokens.inspection import Inspection
    from regdoctor.tokens.report import Requested

_MOST = 16
"""Scopes of one request; docker asks for two, buildx for a few more."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How the token is to be asked for."""

    scopes: tuple[Access, ...]
    oauth2: bool = False
    offline: bool = False


def scopes_of(words: Sequence[str]) -> tuple[Access, ...]:
    """Each scope once, in order. Raises UsageError for a word that is none, and for too many."""
    from regdoctor.cli.token_options import scope_of

    found = tuple(dict.fromkeys(map(scope_of, words)))
    if len(found) > _MOST:
        raise UsageError(f"{len(found)} scopes: one request takes at most {_MOST}.")
    return found


def ask(
    evidence: Mapping[type, Any],
    asking: Asking,
    trust_for: Callable[[str | None], TokenTrust],
    product: Generation | None,
) -> tuple[Inspection, Requested] | ExitCode:
    """The token taken apart, and how it was got; where none was had, the exit code, and why is told.

    trust_for: what the registry trusts, given the service that its challenge named.
    """
    from regdoctor.cli import output
    from regdoctor.evidence.token_source import TokenSource
    from regdoctor.http import Http
    from regdoctor.injection import Absent
    from regdoctor.probe import CouldNotGatherError, NotApplicableError
    from regdoctor.probes.token_request import request_token
    from regdoctor.tokens.request_words import refusal_in_words

    source, door = evidence[TokenSource], evidence[Http]
    for lacking in (source, door):
        if isinstance(lacking, Absent):
            output.note(f"regdoctor: {lacking.reason}")
            return ExitCode.NOT_EXAMINED
    how = {"oauth2": asking.oauth2, "offline": asking.offline}
    try:
        got = request_token(door, source, asking.scopes, **how)
    except (CouldNotGatherError, NotApplicableError) as reason:
        output.note(f"regdoctor: {reason}")
        return ExitCode.NOT_EXAMINED
    if got.token is None:
        output.note(f"regdoctor: the token service gave no token: {refusal_in_words(got)}")
        return ExitCode.FINDINGS if got.login_refused else ExitCode.NOT_EXAMINED
    return _seen(door, source, asking, got, trust_for(source.service or None), product)


def exit_code(seen: Inspection, requested: Requested | None = None) -> ExitCode:
    """By the verdict; a token that grants less than was asked for, or is refused what it grants, is a finding too."""
    from regdoctor.tokens.grants import shortfall
    from regdoctor.tokens.inspection import Result

    if requested and (requested.closed or shortfall(requested.asked, requested.granted(seen))):
        return ExitCode.FINDINGS
    return {
        Result.ACCEPTED: ExitCode.HEALTHY,
        Result.REFUSED: ExitCode.FINDINGS,
        Result.UNDECIDED: ExitCode.NOT_EXAMINED,
    }[seen.result]


def _seen(
    door: Http,
    source: TokenSource,
    asking: Asking,
    got: TokenAnswer,
    trust: TokenTrust,
    product: Generation | None,
) -> tuple[Inspection, Requested]:
    from regdoctor.probes.granted_reads import read_granted
    from regdoctor.tokens.inspection import inspect
    from regdoctor.tokens.token_input import secret_token

    assert got.token is not None  # noqa: S101 - the caller has looked
    seen = inspect(secret_token(got.token.reveal()), trust, time.time(), product)
    accepted = got.accepted
    reads: tuple[GrantedRead, ...] = ()
    if got.ping is not None and got.ping.status in (200, 401) and accepted is not False:
        granted = seen.access if seen.read is not None else got.granted
        reads = read_granted(door, source.registry, got.token, asking.scopes, granted)
        accepted = accepted or any(read.accepted for read in reads) or None
    seen = dataclasses.replace(seen, seen_accepted=accepted)
    return seen, _requested(source, asking, got, reads)


def _requested(source: TokenSource, asking: Asking, got: TokenAnswer, reads: Sequence[GrantedRead]) -> Requested:
    from regdoctor.tokens.report import Requested
    from regdoctor.tokens.request_words import asked_in_words, read_in_words, said_of

    who = source.login.how if source.login else "without a login"
    beside = f" ({source.why_no_login})" if source.why_no_login else ""
    walked = [f"{asked_in_words(got.realm)}, {who}{beside}"]
    if got.ping is not None:
        walked.append(f"{got.ping.quote().quote}, with the token")
    walked += [read_in_words(read) for read in reads]
    closed = tuple(
        f"{','.join(read.scope.actions)} on {read.scope.name}: {said_of(read)}" for read in reads if read.refused
    )
    refresh = got.has_refresh_token if asking.offline else None
    anonymous = source.login is None and source.key is None
    return Requested(
        source.realm, source.service, asking.scopes, tuple(walked), got.granted, closed, refresh, anonymous
    )
