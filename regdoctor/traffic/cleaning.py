"""The one door for the secrets of recordings: what comes out has none, and cleaned again it is the same."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from regdoctor.distribution.page_authors import is_page
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.recorded import Recorded, Shown
from regdoctor.foreign_text import clean as one_line
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.traffic.clean_addresses import clean_address
from regdoctor.traffic.clean_bodies import clean_request_body, clean_response_body
from regdoctor.traffic.clean_credentials import Marks, clean_authorization
from regdoctor.traffic.clean_headers import clean_headers
from regdoctor.traffic.wiping import scrubbed

__all__ = ["NO_ANSWER", "Marks", "clean"]

NO_ANSWER = "no answer was recorded"

_NAME = re.compile(r"[\w.:%\[\]-]{1,80}", re.ASCII)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_METHOD = re.compile(r"[A-Za-z-]{1,20}")
_VERSION = re.compile(r"HTTP/\d(?:\.\d)?")
_ORIGIN = re.compile(r"https?://[\w.:%\[\]-]{1,260}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_KINDS: tuple[tuple[FailureKind, tuple[str, ...]], ...] = (
    (FailureKind.TLS, ("certificate", "tls", "ssl", "handshake")),
    (FailureKind.NAME, ("name or service", "getaddrinfo", "name_not_resolved", "unknown host", "nodename")),
    (FailureKind.REFUSED, ("refused", "connect call failed")),
    (FailureKind.UNREACHABLE, ("unreachable", "no route", "address_unreachable")),
    (FailureKind.TIMEOUT, ("timeout", "timed out", "timed_out", NO_ANSWER)),
    (FailureKind.RESET, ("closed", "disconnect", "reset", "abort", "killed", "broken pipe", "empty_response")),
    (FailureKind.PROTOCOL, ("protocol", "malformed", "invalid", "http/2", "http2")),
)
"""What a recorder's words say of the reason (mitmproxy, Chromium's net errors), looked for in this order."""
_NOTHING: dict[str, Any] = {
    "response_headers": (),
    "response_version": "",
    "response_body": None,
    "response_cut": False,
    "response_size": None,
    "response_digest": "",
    "answered": None,
}
"""What there is of an answer that did not come."""
_NOT_TLS = ("wrong version number", "record layer failure", "not tls")


def clean(raw: RawExchange, marks: Marks) -> Recorded:
    """The exchange without its secrets. It raises nothing, whatever a server or a client wrote.

    marks: one for the whole recording, so that the same credentials have the same mark.
    """
    marks.tidy()
    if raw.status is None:
        raw = replace(raw, **_NOTHING)
    started = raw.started or 0.0
    status = raw.status
    failure = _failure(raw)
    path = raw.url.partition("?")[0]
    request_body, body, given = b"", b"", None
    if raw.request_body:
        kind = _header(raw.request_headers, "content-type")
        request_body = clean_request_body(raw.request_body, path, kind, marks)
    if status is not None and raw.response_body:
        kind = _header(raw.response_headers, "content-type")
        body, given = clean_response_body(raw.response_body, path, kind, status, marks)
    ended = _ended(raw, started, failed=failure is not None)
    upto = raw.answered if status is not None and raw.answered is not None else ended
    exchange = Exchange(
        method=raw.method if raw.method in _METHODS or _METHOD.fullmatch(raw.method) else "[redacted]",
        url=clean_address(raw.url, marks),
        request_headers=clean_headers(raw.request_headers, marks),
        status=status,
        headers=clean_headers(raw.response_headers, marks),
        body=body,
        truncated=_truncated(raw, body),
        started=started,
        seconds=max(0.0, round(upto - started, 6)),
        peer=_named(raw.server, marks) or None,
        verified=raw.verified,
        failure=failure,
    )
    return Recorded(
        exchange=exchange,
        id=_named(raw.id, marks),
        ended=ended,
        client=_named(raw.client, marks),
        connection=_named(raw.connection, marks),
        http_version=_version(raw.request_version),
        response_version=_version(raw.response_version),
        request_body=request_body,
        request_size=raw.request_size,
        response_size=raw.response_size,
        request_digest=_digest(raw.request_digest, raw.request_body, raw.request_size),
        response_digest=_digest(raw.response_digest, None if raw.response_cut else raw.response_body, None),
        shown=_shown(raw, marks),
        given=given,
        expected_continue=raw.expected_continue,
        by_recorder=_by_recorder(exchange),
        cut_off_early=_cut_off_early(raw),
        capture_origin=raw.capture_origin if raw.capture_origin and _ORIGIN.fullmatch(raw.capture_origin) else "",
        upstream_origin=_upstream(raw),
    )


def _upstream(raw: RawExchange) -> str:
    """In reverse mode, what was asked is the upstream's address, as mitmproxy rewrites it."""
    if not raw.capture_origin:
        return ""
    scheme, mark, rest = raw.url.partition("://")
    origin = f"{scheme}{mark}{rest.partition('/')[0].partition('?')[0]}"
    return origin if _ORIGIN.fullmatch(origin) else ""


def _header(headers: tuple[tuple[str, str], ...], wanted: str) -> str:
    """The first of that name, which is in small letters; empty where there is none."""
    for name, value in headers:
        # Lengths first: this is asked of every header of every exchange.
        if len(name) == len(wanted) and name.lower() == wanted:
            return value
    return ""


def _version(text: str) -> str:
    return text if text == "HTTP/1.1" or _VERSION.fullmatch(text) else ""


def _named(text: str, marks: Marks) -> str:
    """A name of the recorder's, where it can be one."""
    return text if not text or _NAME.fullmatch(text) else marks.of(text)


def _shown(raw: RawExchange, marks: Marks) -> Shown | None:
    value = _header(raw.request_headers, "authorization")
    return clean_authorization(value, marks)[1] if value else None


def _digest(known: str, body: bytes | None, size: int | None) -> str:
    """Of a body that is there whole, where the recorder did not work it out."""
    if known and _DIGEST.fullmatch(known):
        return known
    if not body or (size is not None and size != len(body)):
        return ""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _truncated(raw: RawExchange, kept: bytes) -> bool:
    """Whether there was more than is kept: what was dropped must not be taken for an empty body."""
    if raw.response_cut or (raw.response_body and not kept):
        return True
    if raw.response_body is not None or raw.status is None or raw.method == "HEAD" or raw.status in (204, 304):
        return False
    return raw.response_size != 0


def _ended(raw: RawExchange, started: float, *, failed: bool) -> float:
    places = (raw.error_at, raw.ended) if failed else (raw.ended, raw.error_at)
    return next((time for time in (*places, raw.answered) if time is not None), started)


def _failure(raw: RawExchange) -> Failure | None:
    words = raw.error or ("" if raw.status is not None else NO_ANSWER)
    if not words:
        return None
    message = scrubbed(one_line(words))
    lower = message.lower()
    kind = next((kind for kind, marks in _KINDS if any(mark in lower for mark in marks)), FailureKind.RESET)
    return Failure(kind, message, not_tls=any(mark in lower for mark in _NOT_TLS))


def _by_recorder(exchange: Exchange) -> str:
    """mitmproxy signs its own pages as the server (proxy/layers/http/_base.py, format_error)."""
    if (exchange.status or 0) < 400 or not (exchange.header("Server") or "").lower().startswith("mitmproxy"):
        return ""
    page = (
        re.sub(r"<[^<>]{0,200}>", " ", exchange.text()) if is_page(exchange.headers, exchange.body) else exchange.text()
    )
    return one_line(" ".join(page.split())) or f"the recorder itself answered {exchange.status}"


def _cut_off_early(raw: RawExchange) -> bool:
    """Told by times: the answer began while the body of the request was still coming."""
    if raw.method not in ("POST", "PUT", "PATCH") or raw.answered is None:
        return False
    return raw.request_ended is None or raw.request_ended > raw.answered + 0.0005
