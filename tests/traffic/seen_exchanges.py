"""Recorded exchanges as tests write them: a request in a line, and its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from regdoctor.distribution.scopes import Access
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.call import Call
from regdoctor.evidence.exchange import Exchange, Failure
from regdoctor.evidence.recorded import Recorded, Shown
from regdoctor.evidence.story import Story
from regdoctor.traffic.recognition import recognise

REGISTRY = "https://registry.example.com"
REALM = "https://gitlab.example.com/jwt/auth"
API = (("Docker-Distribution-Api-Version", "registry/2.0"),)
CHALLENGE = (*API, ("WWW-Authenticate", f'Bearer realm="{REALM}",service="container_registry"'))
BEARER = Shown("Bearer", "0123456789ab")
PAGE = b"<html><head><title>x</title></head><body><center><h1>x</h1></center><hr><center>nginx</center></body></html>"


def exchanged(
    request: str,
    status: int | None = None,
    headers: tuple[tuple[str, str], ...] = API,
    body: bytes | Mapping[str, Any] = b"",
    *,
    agent: str = "docker/29.0.0 go/go1.25",
    failure: Failure | None = None,
    **more: Any,
) -> Recorded:
    """`GET /v2/`, below the registry where it is no whole URL, and what came of it; more: of Recorded."""
    method, _, target = request.partition(" ")
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    exchange = Exchange(
        method,
        target if "://" in target else f"{REGISTRY}{target}",
        (("User-Agent", agent),) if agent else (),
        status,
        headers,
        content,
        failure=failure,
    )
    return Recorded(exchange, "1", 0.0, **more)


def recognised(recorded: Recorded, story: Story | None = None) -> Call:
    """The call that it is, as the seventh of a recording."""
    return recognise(recorded, 7, story or Story())


def errors(code: str, message: str) -> dict[str, Any]:
    """The envelope that a registry writes."""
    return {"errors": [{"code": code, "message": message, "detail": None}]}


def given_token(*access: Access, life: float = 300) -> Shown:
    """The token that a token service gave, which grants this."""
    token = Token("RS256", "K", False, False, "i", ("container_registry",), False, "u", access, life, -5, 0, "j")
    return Shown("", "ba9876543210", token)
