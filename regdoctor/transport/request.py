"""What is about to be sent: checked before it touches the network, and the way it takes."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import requests.utils

from regdoctor import __version__
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.redaction import Secret, remember

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110 section 5.6.2: what a method or a header's name is made of."""
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class StreamedBody:
    """A request's body that is made while it is sent: what is large never stands in memory."""

    pieces: Callable[[], Iterator[bytes]]
    length: int | None
    """Bytes in all, announced as Content-Length; None: sent in chunks (RFC 9112 section 7.1)."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, with all headers but Host and Content-Length."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    """Each name once."""
    body: bytes | StreamedBody

    @property
    def has_credentials(self) -> bool:
        """Whether a header carries a login, a token or a cookie."""
        return any(name.lower() in _CREDENTIALS for name, _ in self.headers)

    def shown_headers(self) -> tuple[tuple[str, str | Secret], ...]:
        """The headers as evidence keeps them: with those that carry credentials wrapped."""
        return tuple(
            (name, Secret(value, "credentials") if name.lower() in _CREDENTIALS else value)
            for name, value in self.headers
        )

    def refusal(self) -> Failure | None:
        """Why this cannot be sent, or None.

        Told rather than raised, because URL and headers may come from a server (Location, realm).
        """
        reason = _fault_of_url(self.url)
        if reason is not None:
            return Failure(FailureKind.SCHEME, reason)
        for name, value in self.headers:
            if not _TOKEN.fullmatch(name):
                return Failure(FailureKind.PROTOCOL, f"{name!r} cannot be a header's name")
            if not _is_header_value(value):
                return Failure(FailureKind.PROTOCOL, f"the value for header {name} has characters that HTTP forbids")
        return None


def request_of(
    method: str,
    url: str,
    headers: Iterable[tuple[str, str]],
    body: bytes | StreamedBody,
    bearer: Secret | None,
    basic: tuple[str, Secret] | None,
) -> Request:
    """The request that `Http.send` was asked for, with our own User-Agent and the credentials as a header.

    Repeated headers are joined by commas (RFC 9110 section 5.3). `Accept-Encoding: gzip` is what Go's client
    sends, and so docker; as there, not with HEAD.

    Raises ValueError for a method that is none, and for more than one Authorization.
    """
    if not _TOKEN.fullmatch(method):
        raise ValueError(f"{method!r} is not an HTTP method")
    joined: dict[str, tuple[str, str]] = {"user-agent": ("User-Agent", f"regdoctor/{__version__}")}
    if method != "HEAD":
        joined["accept-encoding"] = ("Accept-Encoding", "gzip")
    if isinstance(body, StreamedBody) and body.length is not None:
        joined["content-length"] = ("Content-Length", str(body.length))
    given: dict[str, tuple[str, str]] = {}
    for name, value in (*headers, *_authorization(bearer, basic)):
        key = name.lower()
        if key == "authorization" and key in given:
            raise ValueError("a request has one Authorization: a header, bearer or basic")
        given[key] = (name, f"{given[key][1]}, {value}" if key in given else value)
    return Request(method, url, tuple((joined | given).values()), body)


def proxies_for(url: str) -> dict[str, str]:
    """The proxies that the environment names for `url`, as requests takes them; none for loopback.

    Raises ValueError for a SOCKS proxy: the connection to it would not be under the deadline.
    """
    host = urlsplit(url).hostname or ""
    if _is_loopback(host):
        return {}
    proxies = dict(requests.utils.get_environ_proxies(url))
    for proxy in proxies.values():
        _remember_login(proxy)
    chosen = requests.utils.select_proxy(url, proxies)
    if chosen and chosen.lower().startswith("socks"):
        raise ValueError("the environment names a SOCKS proxy, and only HTTP proxies are supported")
    return proxies


def proxies_named(proxy: str) -> dict[str, str]:
    """The one proxy for every URL, as requests takes it. Raises ValueError where it is no HTTP proxy."""
    _remember_login(proxy)
    if urlsplit(proxy).scheme.lower() not in ("http", "https"):
        raise ValueError("only HTTP proxies are supported")
    return {"http": proxy, "https": proxy}


def _remember_login(proxy: str) -> None:
    password = urlsplit(proxy).password
    if password:
        remember(password, "password")


def _authorization(bearer: Secret | None, basic: tuple[str, Secret] | None) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if bearer is not None:
        found.append(("Authorization", f"Bearer {bearer.reveal()}"))
    if basic is not None:
        pair = f"{basic[0]}:{basic[1].reveal()}"
        # Encoded with the name before it, the password looks different: redaction must know the pair too.
        remember(pair, "credentials")
        found.append(("Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"))
    return found


def _fault_of_url(url: str) -> str | None:
    if " " in url or not url.isprintable():  # of all white space, the space alone is printable
        return "the URL has white space or control characters in it"
    try:
        parts = urlsplit(url)
        return _fault_of_parts(parts)
    except ValueError as error:
        return f"not a URL: {error}"


def _fault_of_parts(parts: SplitResult) -> str | None:
    """Raises ValueError where the port is not a number up to 65535."""
    if parts.scheme not in ("http", "https"):
        return f"the URL must begin with http:// or https://{f', not {parts.scheme}:' if parts.scheme else ''}"
    if not parts.hostname:
        return "the URL names no host"
    if parts.port == 0:
        return "the URL names port 0"
    if parts.username is not None or parts.password is not None:
        remember(parts.password or "", "password")
        return "the URL carries a login; give user name and password separately"
    return None


def _is_header_value(value: str) -> bool:
    """RFC 9110 section 5.5: no control characters, no white space around it, and Latin-1 at most."""
    return value == value.strip() and _HEADER_VALUE.fullmatch(value) is not None


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
