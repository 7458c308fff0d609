"""What a trial push shows of the way that it went, and what of the login or the registry's purpose alone."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from regdoctor.distribution.challenges import parse_challenges
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.page_authors import author_of, is_page
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.trial_push import TrialPush
from regdoctor.hops.answers import Opinion

_DENIALS = frozenset({"UNAUTHORIZED", "DENIED", "NAME_UNKNOWN", "FORBIDDEN", "NOT_FOUND"})
"""By which a registry says that this login may not push there; that is no fault of the way.

The last two are Harbor's (src/lib/errors/const.go): no rights in the project, and no such project.
"""


def push_opinion(push: TrialPush) -> Opinion:
    """What a trial push shows of the hop that it went through; that the login may not push there tells nothing."""
    if push.succeeded:
        return Opinion(True)
    last = push.last
    if last is None:
        return Opinion(None, "", push.stopped)
    if _is_denial(last):
        return Opinion(None, "", f"not allowed to push to {push.repository} (--repository NAME)")
    if _takes_no_pushes(last):
        return Opinion(None, "", "the registry takes no pushes: it is read-only, or a pull-through cache")
    manner = f"{push.manner.value} push of {push.size} bytes"
    status = last.status or 0
    symptom = str(status) if status >= 300 else "failed push" if last.failure is None else "broken push"
    return Opinion(False, symptom, f"{manner}: {push.stopped}")


def leads_away_to(push: TrialPush) -> str:
    """Scheme and authority that the Location led to which ended the push; empty where none did."""
    away, _, rest = push.stopped.partition(", to ")
    return rest.partition(";")[0] if away.startswith("Location leads away") else ""


def first_location(push: TrialPush) -> str:
    """Scheme and authority of the push's first Location; empty where it has none."""
    try:
        parts = urlsplit(push.location)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""


def what_stays(pushes: Sequence[TrialPush]) -> str:
    """What the pushes left in the registry, in a clause; empty for nothing."""
    images = sum(push.image_left for push in pushes)
    if images:
        return f"{images} {'image stays' if images == 1 else 'images stay'} in the registry: see below"
    return "not all that was pushed is gone: see below" if any(push.left for push in pushes) else ""


def _is_denial(last: Exchange) -> bool:
    """Whether the registry says that the login may not; an answer to HEAD has no body, and its headers must tell."""
    if last.status not in (401, 403, 404):
        return False
    if {error.code for error in parse_errors(last.body)} & _DENIALS:
        return True
    if last.method not in ("HEAD", "POST") or last.status == 404:
        return False
    challenges = parse_challenges(last.header_all("WWW-Authenticate"))
    errors = {challenge.error for challenge in challenges}
    if "insufficient_scope" in errors:
        return True
    # RFC 6750, section 3.1: a token that is no good is another matter than one that is not enough.
    if last.method != "HEAD" or "invalid_token" in errors or is_page(last.headers, last.body):
        return False
    kind = (last.header("Content-Type") or "").lower()
    return bool(challenges) or kind.startswith("application/json") or _is_registrys(last)


def _takes_no_pushes(last: Exchange) -> bool:
    """Whether the registry itself begins no upload.

    A pull-through cache says UNSUPPORTED (registry/proxy/proxyblobstore.go); one with storage.maintenance.readonly has
    no such method, and says so in plain text under its own header (registry/handlers/blobupload.go).
    """
    return last.method == "POST" and last.status == 405 and _is_registrys(last)


def _is_registrys(exchange: Exchange) -> bool:
    author = author_of(exchange.status, exchange.headers, exchange.body)
    return author is not None and author.is_registry
