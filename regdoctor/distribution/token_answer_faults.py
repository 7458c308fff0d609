"""What keeps docker and skopeo from getting a token out of a token service's answer."""

from __future__ import annotations

import json
from collections.abc import Sequence

from regdoctor.distribution.page_authors import is_page

LONGEST = 1 << 20
"""Bytes that skopeo reads of the answer (containers/image, internal/iolimits: MaxAuthTokenBodySize)."""
RATE_HEADERS = (
    *("Retry-After", "RateLimit-Name", "RateLimit-Limit", "RateLimit-Observed", "RateLimit-Remaining"),
    "RateLimit-ResetTime",
)
"""What tells of a limit of requests: RFC 9110 section 10.2.3, and GitLab's (its documentation, User and IP rate
limits, Response headers)."""
_UNDECIDED = (400, 401, 403, 407)
"""Refusals of the login or of the request as it was put, which may be a healthy service's; 407 is a proxy's own."""
_NAMES = ("token", "access_token")


def status_fault(status: int) -> str:
    """Why an answer of this status, which is neither success nor a redirect, gives nobody a token; empty where it may.

    Errors of the service itself (from 500 on) are left out.
    """
    return f"answers {status}" if 400 < status < 500 and status not in _UNDECIDED else ""


def body_fault(headers: Sequence[tuple[str, str]], body: bytes, *, is_longer: bool) -> str:
    """Why no token can be read out of an answer of 200, in words that follow `answers 200 `; empty where it can.

    is_longer: whether it goes on beyond LONGEST. A page is not spoken of here. Nothing of the body is quoted: it may be
    a secret.
    """
    if is_longer:
        return f"with more than {LONGEST} bytes, where clients read no more"
    if not body.strip():
        return "with an empty body"
    if is_page(headers, body):
        return ""
    try:
        told = json.loads(body)
    except RecursionError:
        return "with JSON that is nested too deep to be read"
    except ValueError:
        return "with a body that is not JSON"
    if not isinstance(told, dict):
        return f"with {_KINDS.get(type(told), 'a JSON number')} in place of a JSON object"
    given = [told[name] for name in _NAMES if told.get(name)]
    if not given:
        return "without a token"
    return "" if all(isinstance(value, str) for value in given) else "with a token that is no text"


def token_fault(body: bytes) -> str:
    """Why the token that is given cannot go into a header, in words that follow `gives a token `; empty where it can.

    Go's net/http refuses control characters; RFC 6750 section 2.1 lets a token have ASCII alone.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    token = next((told[name] for name in _NAMES if told.get(name)), "") if isinstance(told, dict) else ""
    if not isinstance(token, str):
        return ""
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in token):
        return "with a line break or another control character in it, which no header can carry"
    return "" if token.isascii() else "with characters outside ASCII in it"


_KINDS: dict[type, str] = {
    list: "a JSON array",
    str: "a JSON text",
    bool: "a JSON truth value",
    type(None): "JSON's null",
}
