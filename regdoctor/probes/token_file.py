"""Reads a token that a variable of the registry names by its file, where the registry's own process would read it."""

from __future__ import annotations

from pathlib import Path

from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.foreign_text import short
from regdoctor.formats.located import UnreadableError
from regdoctor.probes.host_tree import read_below
from regdoctor.redaction import Secret

_MOST_BYTES = 1 << 16


def read_token(settings: AwsSettings, variable: str) -> tuple[Secret | None, str]:
    """The file's whole text, wrapped, and else why it is not to be had. It is read anew by each call: tokens change."""
    named = Path(settings.text(variable))
    if not named.is_absolute():
        return None, f"{variable} is {short(str(named))}, which is no absolute path"
    root = settings.root
    if root is None:
        return None, f"the file that {variable} names is within the registry's container"
    try:
        path = named if named.is_relative_to(root) else root / named.relative_to("/")
        text = read_below(root, path, _MOST_BYTES).decode("utf-8", "replace")
    except UnreadableError as error:
        return None, f"the token that {variable} names cannot be read: {error}"
    if not text.strip():
        return None, f"the file that {variable} names is empty"
    return Secret(text, "token"), ""
