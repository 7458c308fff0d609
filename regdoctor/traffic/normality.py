"""Whether a call went as such calls go: refusals that belong to the protocol are no faults."""

from __future__ import annotations

import re

from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.gitlab_calls import GitLabKind
from regdoctor.distribution.page_authors import is_page
from regdoctor.distribution.scopes import Access, missing
from regdoctor.evidence.call import Call, Part
from regdoctor.traffic.token_requests import asked_access

_FALLBACK_TAG = re.compile(r"sha(?:256|384|512)-[0-9a-f]{64,128}(?:\.[a-z]{1,10})?")
"""The tag that referrers or signatures of an image stand under where a registry has no API for them (distribution-spec,
Referrers Tag Schema; cosign's own tags end in `.sig`, `.att` or `.sbom`). Clients look whether it is there."""
_ABSENT_IS_NORMAL = frozenset((ApiKind.BLOB_HEAD, ApiKind.MANIFEST_HEAD, ApiKind.REFERRERS))
"""What clients ask for to see whether it is there."""
_BYTES = frozenset((ApiKind.BLOB_GET, ApiKind.BLOB_HEAD, ApiKind.MANIFEST_GET, ApiKind.MANIFEST_HEAD))


def is_normal(call: Call) -> bool:
    """Whether the answer is one that such a call gets where all is well, seen by itself.

    Normal are the first 401 with a challenge, 404 to HEAD of a blob or manifest before a push, to referrers and to the
    tags that stand in for them, 307 to a bucket, and a mount that is answered with an upload.
    """
    status = call.status
    if status is None or call.exchange.failure is not None or call.recorded.by_recorder or status < 200:
        return False
    match call.part:
        case Part.REGISTRY:
            return _of_registry(call, status)
        case Part.TOKEN_SERVICE:
            return _of_token_service(call, status)
        case Part.STORE:
            return status < 300 or status in (304, 302, 303, 307)
        case Part.GITLAB | Part.ELSEWHERE:
            return status < 500


def asks_first(call: Call) -> bool:
    """Whether it is the 401 with a challenge that each client gets that sent no credentials yet."""
    return call.status == 401 and call.recorded.shown is None and call.exchange.header("WWW-Authenticate") is not None


def is_fallback_tag(reference: str) -> bool:
    """Whether a tag is one that stands in for the referrers or the signature of an image."""
    return _FALLBACK_TAG.fullmatch(reference) is not None


def _of_registry(call: Call, status: int) -> bool:
    if status < 300:
        return not _is_shown_page(call)
    if status < 400:
        return _is_plain_redirect(call, status)
    if status == 404:
        return _may_be_absent(call)
    return asks_first(call)


def _is_plain_redirect(call: Call, status: int) -> bool:
    if status == 304 or call.kind in _BYTES:
        return True
    keeps_method = status in (307, 308) or call.exchange.method in ("GET", "HEAD")
    return keeps_method and _leads_to_same_path(call)


def _leads_to_same_path(call: Call) -> bool:
    """The same address by another scheme, or with or without a slash at its end."""
    here = call.exchange.url.partition("?")[0].partition("://")[2].partition("/")[2].rstrip("/")
    location = (call.exchange.header("Location") or "").partition("?")[0].rstrip("/")
    return bool(here) and location.endswith(f"/{here}")


def _may_be_absent(call: Call) -> bool:
    api = call.api
    if api is None or _is_shown_page(call):
        return False
    if api.kind is ApiKind.GITLAB:
        # Without its metadata database GitLab's registry has none of these calls, and GitLab asks to find out.
        return api.gitlab in (GitLabKind.BASE, GitLabKind.DETAILS, GitLabKind.TAGS, GitLabKind.BELOW)
    if api.kind is ApiKind.MANIFEST_GET:
        return is_fallback_tag(api.reference)
    return api.kind in _ABSENT_IS_NORMAL


def _of_token_service(call: Call, status: int) -> bool:
    if status >= 300:
        # Clients ask by POST first, and by GET where that is not known (docker and containerd do).
        return call.exchange.method == "POST" and status in (404, 405)
    if _is_shown_page(call):
        return False
    return grants_something(call)


def grants_something(call: Call) -> bool:
    """Whether a token grants any of what it was asked for; True where nothing was asked, or the token is opaque.

    A part of it is normal: a push asks for the repositories that it would mount from as well, allowed or not.
    """
    token = call.recorded.given.token if call.recorded.given else None
    asked = tuple(access for access in asked_access(call.exchange.url) if access.actions)
    return token is None or not asked or any(_grants_any(access, token.access) for access in asked)


def _grants_any(asked: Access, granted: tuple[Access, ...]) -> bool:
    return len(missing(asked, granted)) < len(asked.actions)


def _is_shown_page(call: Call) -> bool:
    return bool(call.exchange.body) and is_page(call.exchange.headers, call.exchange.body)
