"""The lab's own HTTP requests: to seed the registry, feed the object store, see whether a server answers."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response as it came; redirects are not followed."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name; of a repeated header, the last."""
    body: bytes


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    trust: ssl.SSLContext | None = None,
    timeout: float = 10.0,
) -> Answer:
    """One request, one answer. `timeout` is in seconds for each step of it.

    Raises OSError or http.client.HTTPException where there is no answer.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=trust)
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=timeout)
    try:
        target = parts.path or "/"
        connection.request(method, f"{target}?{parts.query}" if parts.query else target, body, dict(headers or {}))
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, fields, response.read())
    finally:
        connection.close()


def status_of(url: str) -> int | None:
    """The status that a GET of `url` gets; None where nothing answers."""
    try:
        return send("GET", url, timeout=2.0).status
    except (OSError, http.client.HTTPException):
        return None
