"""What was given as a token: bare, as a header has it, or as a token service answers."""

from __future__ import annotations

import re

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.redaction import Secret, remember

LARGEST = 4 << 20
"""Bytes of input: a registry's own server takes headers of at most 1 MiB (net/http, DefaultMaxHeaderBytes)."""
_HEADER = re.compile(r"(?:authorization:\s*)?bearer(?:\s+|$)", re.IGNORECASE)
_SHORTEST_SIGNATURE = 20
"""Characters: a shorter one signs nothing, and may be a word of our own sentences."""
_NAMES = ("token", "access_token")


def read_token_input(data: bytes) -> Secret:
    """The token of `TOKEN`, `Bearer TOKEN`, `Authorization: Bearer TOKEN` or `{"token": "TOKEN", …}`.

    Raises ValueError, one line without a piece of the input, where there is none. Whether the token is one that a
    registry can read is not asked here: its verdict says so.
    """
    if len(data) > LARGEST:
        raise ValueError("it is larger than 4 MiB")
    try:
        text = data.decode().strip().removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise ValueError("it is not text in UTF-8") from None
    if text.startswith("{"):
        text = _of_answer(text)
    text = _HEADER.sub("", text.strip("\"'"), count=1)
    if not text:
        raise ValueError("there is no token in it")
    if text.startswith("<"):
        raise ValueError("it is an HTML page, not a token")
    if text.split(maxsplit=1) != [text]:
        raise ValueError("there is white space in it: give one token alone")
    return secret_token(text)


def secret_token(text: str) -> Secret:
    """The token, wrapped; its signature alone is wiped from other text too."""
    signature = text.rpartition(".")[2]
    if len(signature) >= _SHORTEST_SIGNATURE:
        remember(signature, "signature")
    return Secret(text, "token")


def _of_answer(text: str) -> str:
    match parse_json(text):
        case dict() as answer:
            found = [answer[name] for name in _NAMES if isinstance(answer.get(name), str) and answer[name]]
            if not found:
                raise ValueError('the JSON in it has neither "token" nor "access_token"')
            return str(found[0])
        case _:
            raise ValueError("it begins like JSON and is none that can be read")
