"""Whether a value that a server gave can be a secret, and is worth wiping from what is written."""

from __future__ import annotations

import re

SHORTEST = 16
"""Characters: what is shorter can be guessed, and no token service gives it."""
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""What a header can carry as a token (RFC 6750 section 2.1, b64token): no sentence, no URL, no host with its port."""
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,63}")
_SEPARATOR = re.compile(r"[._~+/=-]+")
_WORD = re.compile(r"[a-z]*(?:[A-Z][a-z]+)*[0-9]{0,12}|[A-Z]*[0-9]{0,12}|[a-z0-9]{1,4}")
"""As names, paths, addresses and versions are made of: `registry2`, `rootCertBundle`, `WWW`, `k8s`, `127`."""


def may_be_secret(value: str) -> bool:
    """Whether a value from a server looks like a token: long enough, of a token's characters, and no words alone.

    Whatever is wiped is wiped from the whole report, so a hostile token service could choose what the report hides by
    giving it as a token: the address of the registry, the name of a check, the word `regdoctor` in a command.

    What it can still erase: a text that looks as random as a token does, such as a digest, a key ID or a label of a
    host that somebody rolled dice for. The verdict, its words, names of settings and checks, paths, usual addresses
    and remedies stay.

    What can still leak: a token that is shorter, or made of words alone, and only where the registry repeats it in an
    answer that is quoted; what a token service answers with a token is not quoted. Of random texts in base64url, one
    of 300 passes for words at 16 characters, one of 5,000 at 24, one of 100,000 at 32.
    """
    if len(value) < SHORTEST or not _TOKEN.fullmatch(value) or _HOST.fullmatch(value):
        return False
    return not all(_WORD.fullmatch(piece) for piece in _SEPARATOR.split(value))
