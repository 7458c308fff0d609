"""Sizes, spans of time, names and statuses as sentences about traffic have them."""

from __future__ import annotations

import functools
import re

from regdoctor.distribution.reference_grammar import is_repository
from regdoctor.distribution.scopes import Access
from regdoctor.foreign_text import clean

_SHORT = 80
"""Characters of a name within a sentence."""
_LOOKED_AT = 4096
"""Characters of a foreign text, which are redacted before it is cut to what is shown."""
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,19}")
"""A word that cannot be a secret by its shape: those have 20 characters or more, or a mark before them."""
_USUAL = frozenset(("pull", "push", "delete", "*"))
_STATUSES = {
    400: "does not take the request as it is",
    401: "wants other credentials",
    403: "denies access",
    404: "knows no such thing",
    405: "does not allow this method",
    406: "has it in none of the types that the client takes",
    408: "waited too long for the request",
    409: "is in another state than the request needs",
    411: "wants a Content-Length",
    412: "sees a condition not met",
    413: "finds the body too large",
    414: "finds the address too long",
    415: "does not take this type",
    416: "has another offset than the client",
    421: "is not the server of this name",
    429: "has had too many requests",
    431: "finds the headers too large",
    499: "saw the client go away",
    500: "failed inside",
    501: "cannot do this",
    502: "got no good answer from behind it",
    503: "is not available now",
    504: "waited too long for what is behind it",
    507: "has no room left",
}


def size(count: int) -> str:
    """Bytes in words: `1 byte`, `5,242,880 bytes`."""
    return "1 byte" if count == 1 else f"{count:,} bytes"


def span(seconds: float) -> str:
    """A span of time in the largest unit that fits it well: `45 seconds`, `5 minutes`, `2 hours`, `3 days`."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = round(seconds / length)
        if seconds >= length and (seconds >= 2 * length or abs(count * length - seconds) <= length / 60):
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    whole = round(seconds)
    return f"{whole} second{'' if whole == 1 else 's'}"


def status_words(status: int) -> str:
    """What an answer of this status says of who gave it: `finds the body too large`."""
    if words := _STATUSES.get(status):
        return words
    if status >= 500:
        return "failed"
    return "refuses" if status >= 400 else "answers what such calls do not get"


def repository_name(name: str) -> str:
    """A repository's name, safe in a sentence; at most 80 characters."""
    # A name by the grammar is plain text; looking for secrets takes longer than all else here.
    return name if len(name) <= _SHORT and is_repository(name) else shown(name)


def scope_words(access: Access) -> str:
    """A scope, safe in a sentence: `repository:group/app:pull,push`."""
    if access.type == "repository" and is_repository(access.name) and _USUAL.issuperset(access.actions):
        scope = access.scope
        return scope if len(scope) <= _SHORT else shown(scope)
    return shown(access.scope)


def shown(text: str) -> str:
    """Somebody else's text, safe in a sentence: redacted, in one line, at most 80 characters."""
    return text if _PLAIN.fullmatch(text) else _cleaned(text[:_LOOKED_AT])


@functools.lru_cache(maxsize=2048)
def _cleaned(text: str) -> str:
    return clean(text, _SHORT)


def digest_or_tag(reference: str) -> str:
    """A tag as it is; of a digest the first twelve digits, as docker shows it: `sha256:0123456789ab…`."""
    algorithm, colon, digits = reference.partition(":")
    if colon and len(digits) > 12 and algorithm in ("sha256", "sha384", "sha512") and digits.isalnum():
        return f"{algorithm}:{digits[:12]}…" if digits.isascii() else shown(reference)
    return shown(reference)
