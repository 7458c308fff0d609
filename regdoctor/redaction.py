"""The one door out for text: secrets are wrapped where they are read, and wiped from whatever is written."""

from __future__ import annotations

import base64
import functools
import hmac
import json
import re
import threading
from typing import Any
from urllib.parse import quote

_SHORTEST = 5
"""Characters: a known secret that is shorter is never searched for in other text, where it would hit by chance."""

_WORDS = frozenset({"false", "password", "secret"})
"""Values that are no secret, whoever wrote them into a configuration; wiping them would spoil honest text."""

_known: dict[str, str] = {}
_lock = threading.RLock()


class Secret:
    """A value that must not be shown. Its text, in every form, is a placeholder that names its kind."""

    __slots__ = ("_value", "kind")

    def __init__(self, value: str, kind: str) -> None:
        """Wrap `value`; from now on `redact` also wipes it from every text, whoever wrote it there."""
        self._value = value
        self.kind = kind
        remember(value, kind)

    def reveal(self) -> str:
        """The value itself: for the call that needs it, never for text."""
        return self._value

    def __str__(self) -> str:
        """The placeholder."""
        return f"[redacted {self.kind}]"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        """The placeholder, padded as asked."""
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same value."""
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        """By value, so that equal secrets are one in a set."""
        return hash(("Secret", self._value))

    def __bool__(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self._value)

    def __reduce__(self) -> Any:
        """Refuse: a pickle would carry the value."""
        raise TypeError("a Secret cannot be pickled")


def remember(value: str, kind: str) -> None:
    """Wipe `value` from every text that passes `redact` from now on, also percent-, JSON- or base64-encoded."""
    if len(value) < _SHORTEST or value.lower() in _WORDS:
        return
    placeholder = f"[redacted {kind}]"
    forms = {
        value,
        quote(value, safe=""),
        quote(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        base64.b64encode(value.encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
        # A part of a key is a secret as well; its BEGIN line is not, and another key needs it to be recognised.
        *(line for line in value.splitlines() if len(line) >= 20 and not line.startswith("-----")),
    }
    with _lock:
        for form in forms:
            _known.setdefault(form, placeholder)
        _longest_first.cache_clear()


# Each expression is anchored on a literal and takes no run of characters twice, so that time grows in proportion to
# the text, whoever wrote it.
_PEM_KEY = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]{0,40}PRIVATE KEY)-----.*?(?:-----END (?P=label)-----|\Z)", re.DOTALL
)
_JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*")
_AUTHORIZATION = re.compile(
    r"(?i)((?:proxy-)?authorization\W{1,4}(?:basic|bearer|digest|aws4-hmac-sha256|negotiate|token)?\s{0,4})"
    r"([A-Za-z0-9+/_=.~-]{6,})"
)
_COOKIE = re.compile(r"(?i)((?:set-)?cookie\"?\s{0,4}[:=]\s{0,4}\"?)([^\r\n\"]+)")
_USERINFO = re.compile(r"(://[^/\s:@\"']{0,256}):([^/\s@\"']{1,1024})@")
_QUERY = re.compile(
    r"(?i)([?&;](?:x-amz-signature|x-amz-security-token|x-amz-credential|awsaccesskeyid|signature|sig|x-goog-signature|"
    r"x-goog-credential|access_token|refresh_token|token|password|client_secret|_state)=)([^&\s\"'<>]+)"
)
_ASSIGNMENT = re.compile(
    r"(?i)((?:secretkey|secret_access_key|accesskey|access_key_id|password|passwd|http_secret|"
    r"http\.secret|accountkey|internal_key|notification_secret|client_secret|private_key|session_token)"
    r"[\"'\]]{0,4}\s{0,8}(?:=>|[:=])\s{0,8}[\"']?)([^\s\"',}\[]+)"
)
_AWS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")


@functools.cache
def _longest_first() -> tuple[tuple[str, str], ...]:
    """The known secrets, so that one that is part of another does not leave the rest of it standing."""
    with _lock:
        return tuple(sorted(_known.items(), key=lambda pair: len(pair[0]), reverse=True))


def redact(text: str) -> str:
    """`text` with every known secret, and everything of the shape of one, replaced by a placeholder."""
    for form, placeholder in _longest_first():
        if form in text:
            text = text.replace(form, placeholder)
    text = _PEM_KEY.sub("[redacted private key]", text)
    text = _JWT.sub("[redacted token]", text)
    text = _AUTHORIZATION.sub(r"\1[redacted credentials]", text)
    text = _COOKIE.sub(r"\1[redacted cookie]", text)
    text = _USERINFO.sub(r"\1:[redacted password]@", text)
    text = _QUERY.sub(r"\1[redacted]", text)
    text = _ASSIGNMENT.sub(r"\1[redacted]", text)
    return _AWS_KEY.sub("[redacted accesskey]", text)


def redact_tree(value: Any) -> Any:
    """A JSON-like value with every string in it, keys included, passed through `redact`."""
    match value:
        case str():
            return redact(value)
        case Secret():
            return str(value)
        case dict():
            return {redact(str(key)): redact_tree(item) for key, item in value.items()}
        case list() | tuple():
            return [redact_tree(item) for item in value]
        case _:
            return value
