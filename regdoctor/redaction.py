"""The one door out for text: secrets are wrapped where they are read, and wiped from whatever is written."""

from __future__ import annotations

import base64
import functools
import hmac
import json
import re
import threading
from typing import Any
from urllib.parse import quote, quote_plus

from regdoctor.received_secrets import may_be_secret

_SHORTEST = 5
"""Characters: a known secret that is shorter is never searched for in other text, where it would hit by chance."""

_SHORTEST_PART = 6
"""Characters of base64: a shorter part of a secret would be hit by chance in digests and certificates."""
_URL_SAFE = str.maketrans("+/", "-_")

_WORDS = frozenset({"false", "password", "secret", "token", "docker", "gitlab", "registry", "storage"})
"""Words that our own sentences are made of. Wiping one would hide nothing: the gap in a known sentence tells it."""

_NAMES = re.compile(r"(?i)access_?key(?:_?id)?")
"""Kinds that name who asks, as a user's name does. Where one is a plain word (`minio`), wiping it from other text would
spoil hosts and remedies and hide nothing."""

_known: dict[str, str] = {}
"""Each form of each known secret with its placeholder."""
_ordered: tuple[tuple[int, int], tuple[tuple[str, str], ...]] = ((0, 0), ())
"""The same as pairs, the longest first: one that is part of another must not leave the rest of it standing. Made anew
where the known ones, told by identity and number, are others by now."""
_lock = threading.Lock()


class Secret:
    """A value that must not be shown. Its text, in every form, is a placeholder that names its kind."""

    __slots__ = ("_value", "kind")

    def __init__(self, value: str, kind: str, *, received: bool = False) -> None:
        """Wrap `value`; from now on `redact` also wipes it from every text, whoever wrote it there.

        received: as `remember` has it.
        """
        self._value = value
        self.kind = kind
        remember(value, kind, received=received)

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


def remember(value: str, kind: str, *, received: bool = False) -> None:
    """Wipe `value` from every text that passes `redact` from now on, also percent-, JSON-, base64- or hex-encoded.

    received: whether a server gave it, which may lie; only what can be a secret is wiped then.
    """
    if received and not may_be_secret(value):
        return
    if len(value) < _SHORTEST or value.lower() in _WORDS or (_NAMES.fullmatch(kind) and value.isalpha()):
        return
    placeholder = f"[redacted {kind}]"
    forms = _forms(value)
    with _lock:
        for form in forms:
            _known.setdefault(form, placeholder)


@functools.lru_cache(maxsize=256)
def _forms(value: str) -> frozenset[str]:
    """What a secret may look like in a text. Kept, for a token is wrapped again with each request that carries it."""
    forms = {
        value,
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        *_in_base64(value.encode()),
        value.encode().hex(),
        value.encode().hex().upper(),
        *_signature(value),
        # A part of a key is a secret as well; its BEGIN line is not, and another key needs it to be recognised.
        *(line for line in value.splitlines() if len(line) >= 20 and not line.startswith("-----")),
    }
    return frozenset(forms)


def _signature(value: str) -> set[str]:
    """What makes a token good, as it stands after header and claims, which are no secrets.

    Not one that can be none: a token service may write a word of the report there, or one letter.
    """
    signature = value.rpartition(".")[2]
    return {signature} if _JWT.fullmatch(value) and may_be_secret(signature) else set()


def _in_base64(value: bytes) -> set[str]:
    """The value in base64, alone and as a part of something, such as `user:password`.

    Of a part, what does not depend on the bytes beside it: after 1 or 2 bytes beyond a multiple of three the text is
    another, without the characters at its ends (RFC 4648, 4). What is left of a short value is not searched for.
    """
    whole = base64.b64encode(value).decode().rstrip("=")
    beside = (base64.b64encode((bytes(n) + value)[: (n + len(value)) // 3 * 3]).decode() for n in range(3))
    parts = (text[cut:] for text, cut in zip(beside, (0, 2, 3), strict=True))
    forms = {whole, *(part for part in parts if len(part) >= _SHORTEST_PART)}
    return forms | {form.translate(_URL_SAFE) for form in forms}


def _longest_first() -> tuple[tuple[str, str], ...]:
    global _ordered  # noqa: PLW0603 - replaced as a whole
    key, pairs = _ordered
    # Looked at without the lock: this is asked of every text, and something new makes the number another.
    if key == (id(_known), len(_known)):
        return pairs
    with _lock:
        key = (id(_known), len(_known))
        if _ordered[0] != key:
            _ordered = (key, tuple(sorted(_known.items(), key=lambda pair: len(pair[0]), reverse=True)))
        return _ordered[1]


# Each expression is anchored on a literal and takes no run of characters twice, so that time grows in proportion to
# the text, whoever wrote it.
_PEM_KEY = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]{0,40}PRIVATE KEY)-----.*?(?:-----END (?P=label)-----|\Z)", re.DOTALL
)
_JWT = re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*")
# What stands between a name and its value: YAML, Ruby, JSON (also inside a JSON string), Go's and Python's own forms.
# The quantifiers with a + give nothing back, so that a placeholder is never taken for a value.
_SET = (
    r"""(?:[\\"'\]]{0,4}\s{0,8}+(?:=>|[:=](?!>))\s{0,8}+|[\\"']{1,4},\s{0,8}+)"""
    r"""(?![\\"']{0,4}\[redacted)"""
)
_MARKS = r"""[\\"'\[]{0,4}+"""
_AUTHORIZATION = re.compile(
    rf"(?i)(authorization{_SET}{_MARKS})"
    r"(?:((?:digest|aws4-hmac-sha256)\s{1,4}+)[^\r\n]{6,}"
    r"|((?:(?:basic|bearer|negotiate|token)\s{1,4}+)?+)[A-Za-z0-9+/_=.~-]{6,})"
)
_TOKEN_HEADER = re.compile(
    rf"(?i)((?:private-token|job-token|deploy-token|x-registry-auth|x-amz-security-token){_SET}{_MARKS})"
    r"[A-Za-z0-9+/_=.~-]{6,}"
)
# A cookie's own value may be quoted: then the quotation marks are not the end of the header.
_COOKIE = re.compile(rf"(?i)((?:set-)?cookie{_SET}{_MARKS})(?:=\\{{0,3}}\"[^\"\r\n]*\"?|[^\r\n\"])+")
_USERINFO = re.compile(r"(://[^/\s:@\"']{0,256}):(?!\[redacted)([^/\s\"']{1,1024})@")
_QUERY = re.compile(
    # Go writes & as \u0026 in JSON; an address within an address has = as %3D.
    r"(?i)((?:[?&;]|\\u0026|%3f|%26)"
    r"(?:x-amz-signature|x-amz-security-token|x-amz-credential|awsaccesskeyid|signature|sig|x-goog-signature|"
    r"x-goog-credential|access_token|refresh_token|private_token|job_token|upload_token|__token__|token|password|"
    r"client_secret|_state|policy|verify|hdnea|hdnts|hmac)"
    # A value that begins with a placeholder is taken with it: there is a blank in that.
    r"(?:=|%3d))(\[redacted [a-z ]{1,30}\][^&\s\"'<>\\]*|[^&\s\"'<>\\]+)"
)
_ASSIGNMENT = re.compile(
    # Not the word in a placeholder: what follows a secret is no secret. Nor the file /etc/passwd.
    r"(?i)((?<!\[redacted )(?:secretkey|secret_access_key|accesskey|access_key_id|password|(?<!ht)(?<!/)passwd|"
    r"http_secret|http\.secret|accountkey|internal_key|notification_secret|client_secret|private_key|session_token|"
    r"secret_token|secret_key_base|db_key_base|otp_key_base|encryption_key)"
    rf"{_SET})(?:(?P<mark>\\{{0,3}}[\"'])(?:(?!(?P=mark))(?:\\.|[^\\\r\n]))+|[^\s\"'\[\\][^\s\"']*)"
)
_GITLAB_TOKEN = re.compile(r"\b(?:gl[a-z]{2,6}-|dckr_[a-z]{2,4}_)[A-Za-z0-9_-]{20,}")
_AWS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")


_LITERALS = (
    "-----begin",
    "eyj",
    "gl",
    "dckr_",
    "authorization",
    "registry-auth",
    "token",
    "cookie",
    "@",
    "sig",
    "credential",
    "key",
    "passw",
    "secret",
    "_state",
    "policy",
    "verify",
    "hdne",
    "hdnt",
    "hmac",
    "akia",
    "asia",
)
"""One of these, in lower case, is in whatever one of the expressions above takes: nine of ten texts have none."""


def has_shape_of_secret(text: str) -> bool:
    """Whether an expression could find anything in it; True for what is not ASCII, which has other small letters."""
    if not text.isascii():
        return True
    lower = text.lower()
    for literal in _LITERALS:  # noqa: SIM110 - any() takes three times as long, and this is asked of each header
        if literal in lower:
            return True
    return False


def known_forms() -> int:
    """How many texts are known to be secret: what was wiped may be kept for later as long as this is the same."""
    return len(_known)


def redact(text: str) -> str:
    """`text` with every known secret, and everything of the shape of one, replaced by a placeholder."""
    for form, placeholder in _longest_first():
        if form in text:
            text = text.replace(form, placeholder)
    if not has_shape_of_secret(text):
        return text
    text = _PEM_KEY.sub("[redacted private key]", text)
    text = _JWT.sub("[redacted token]", text)
    text = _GITLAB_TOKEN.sub("[redacted token]", text)
    text = _AUTHORIZATION.sub(r"\1\2\3[redacted credentials]", text)
    text = _TOKEN_HEADER.sub(r"\1[redacted token]", text)
    text = _COOKIE.sub(r"\1[redacted cookie]", text)
    text = _USERINFO.sub(r"\1:[redacted password]@", text)
    text = _QUERY.sub(r"\1[redacted]", text)
    text = _ASSIGNMENT.sub(r"\1\g<mark>[redacted]", text)
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
