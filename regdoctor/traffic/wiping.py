"""What in a text of strangers looks like a secret, by its shape and by its randomness."""

from __future__ import annotations

import re
from itertools import islice

from regdoctor.redaction import redact

PLACEHOLDER = "[redacted]"

_SHORTEST_RUN = 16
_RUN = re.compile(r"[A-Za-z0-9_-]{17,}")
_CHANGE = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_CHANGES = 4
"""Changes between small letters, capitals and digits: names that people give have fewer."""
_HEX = re.compile(r"[0-9a-f]{64}|[0-9a-f]{128}")
_WORDS = re.compile(r"[A-Za-z]{1,24}(?:[-_./:,+ *][A-Za-z0-9]{1,12})*|\d{1,20}")


def wiped(text: str) -> str:
    """Without what `redact` knows, until nothing changes any more, so that wiping twice is wiping once."""
    for _ in range(4):
        once = redact(text)
        if once == text:
            break
        text = once
    return text


def scrubbed(text: str) -> str:
    """The same, and without words of more than 16 characters that look random; digests stay."""
    text = wiped(text)
    return _RUN.sub(_kept, text) if len(text) > _SHORTEST_RUN else text


def is_wordlike(text: str) -> bool:
    """Whether a text is made of words or is one number, as a person writes them."""
    return bool(_WORDS.fullmatch(text))


def is_random(word: str) -> bool:
    """Whether small letters, capitals and digits change more often than in names."""
    return next(islice(_CHANGE.finditer(word), _CHANGES - 1, None), None) is not None


def _kept(run: re.Match[str]) -> str:
    word = run[0]
    if not is_random(word):
        return word
    if _HEX.fullmatch(word) and run.string.endswith(
        ("sha256:", "sha512:", "sha256/", f"sha256/{word[:2]}/"), max(0, run.start() - 10), run.start()
    ):
        return word
    return PLACEHOLDER
