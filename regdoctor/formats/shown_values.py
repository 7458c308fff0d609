"""Values as they are put into a sentence, or quoted as evidence."""

from __future__ import annotations

import difflib
import re

from regdoctor.check import Quote
from regdoctor.formats.located import Located
from regdoctor.redaction import Secret

_LONGEST = 80
_HARMLESS = frozenset(
    (
        *("true", "false", "yes", "no", "on", "off", "enabled", "disabled", "none", "null", "auto", "default"),
        *("debug", "info", "warn", "warning", "error", "text", "json", "logstash", "inmemory", "redis", "filesystem"),
        *("s3", "s3_v2", "azure", "azure_v2", "gcs", "tcp", "unix", "token", "htpasswd", "silly", "http", "https"),
        *("prefer", "disable", "require", "verify-ca", "verify-full", "registry", "localhost"),
    )
)
"""Words that a setting takes, and that nobody has for a password by accident."""
_SWITCHES = ("true", "false", "yes", "no", "on", "off")
_NEAR = 0.75
"""How alike a text and one of the switches must be for it to be a misspelt one, such as `ture`."""
_LONGEST_SWITCH = 6
_NUMBER = re.compile(r"[+-]?\d{1,6}(?:\.\d{1,3})?(?:ns|us|ms|s|m|h)?", re.ASCII)
"""A number or a span of time. Longer rows of digits may be a secret: an account's number, a password."""


def shown(value: Located | None) -> str:
    """The value on one line of at most 80 characters, a secret as its placeholder; empty for null and collections.

    Raises UndecidedError where it is computed at run time.
    """
    text = " ".join(((value.text() if value is not None else None) or "").split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def is_harmless(value: Located) -> bool:
    """Whether the value may be shown although nobody knows what it is for: no secret looks like it.

    That is so for true and false, null, numbers of up to six digits, spans of time, and a few words of configurations.
    What is worked out at run time is not shown either: its expression may hold the secret.
    """
    if value.value is None or isinstance(value.value, bool):
        return True
    if not isinstance(value.value, str | int | float):
        return False
    text = str(value.value).strip()
    return (
        text.lower() in _HARMLESS
        or _NUMBER.fullmatch(text) is not None
        or (len(text) <= _LONGEST_SWITCH and bool(difflib.get_close_matches(text.lower(), _SWITCHES, 1, _NEAR)))
    )


def shown_unknown(value: Located) -> str:
    """The value of a key or a variable that nothing knows, for a sentence: an ellipsis unless it is harmless.

    Whether the value of a misspelt key is a secret, nobody can tell from the key.
    """
    if isinstance(value.value, Secret):
        return str(value.value)
    if not is_harmless(value):
        return "…"
    return "" if value.value is None else value.text() or ""


def quote_unknown(value: Located) -> Quote:
    """A key or a variable that nothing knows as evidence, with its value as `shown_unknown` has it."""
    return Quote(value.place.source, f"{value.name}: {shown_unknown(value)}".rstrip(), value.place.line)
