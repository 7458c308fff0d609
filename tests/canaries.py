"""Secrets that are looked for in whatever was written, in every form that a program may give them by accident."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote, quote_plus


def forms_of(secret: str) -> dict[str, bytes]:
    """The secret's forms by name, the shortest part of each that tells it: what stands around it may be anything."""
    raw = secret.encode()
    named = {
        "raw": raw,
        "percent": quote(secret, safe="").encode(),
        "percent, but slashes": quote(secret).encode(),
        "form": quote_plus(secret).encode(),
        "JSON": json.dumps(secret)[1:-1].encode(),
        "Python": repr(secret)[1:-1].encode(),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
    }
    for before in range(3):
        part = aligned(secret, before)
        named[f"base64 after {before}"] = part.encode()
        named[f"base64url after {before}"] = part.translate(str.maketrans("+/", "-_")).encode()
    return named


def aligned(secret: str, before: int) -> str:
    """What is the same in the base64 of every text that holds the secret after 3·n + `before` bytes of something.

    The characters at the ends hold bits of what is beside it, too, and are left out.
    """
    raw = bytes(before) + secret.encode()
    whole = base64.b64encode(raw[: len(raw) // 3 * 3]).decode()
    return whole[(0, 2, 3)[before] :]


def leaks(written: Mapping[str, bytes], secrets: Mapping[str, str]) -> list[str]:
    """Every place with the secret that is in it and its form; empty where there is none."""
    return sorted(_found(written, secrets))


def _found(written: Mapping[str, bytes], secrets: Mapping[str, str]) -> Iterator[str]:
    for secret, value in secrets.items():
        assert len(value) >= 12, "one so short is found by chance"
        for form, sought in forms_of(value).items():
            for place, content in written.items():
                if sought in content:
                    yield f"{secret} as {form} in {place}: …{_around(content, sought)}…"


def _around(content: bytes, sought: bytes) -> str:
    at = content.index(sought)
    return content[max(0, at - 80) : at + len(sought) + 40].decode("utf-8", "replace")
