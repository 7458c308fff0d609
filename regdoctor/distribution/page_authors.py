"""Who wrote an error answer: a proxy, a delivery network, a firewall, a bucket, or the registry itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.page_marks import (
    BUCKET_HEADERS,
    FOOTERS,
    OWN_HEADERS,
    PAGE_MARKS,
    SERVER_WORDS,
    WHOLE_BODIES,
    WORDS_OF_MANY,
)

REGISTRY = "the registry"
"""The name of the author that is no proxy."""

_LOOKED_AT = 64 * 1024
"""Bytes of a body that are looked at: every page known here is far shorter."""
_SHOWN = 80
"""Characters of a page or a header that are quoted."""
_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
"""A code of the registry's error envelope (distribution-spec, Error Codes); other APIs write theirs otherwise."""
_FOOTER = re.compile(rb"<hr>\s?<center>([^<]{1,80})</center>", re.IGNORECASE)
_HAPROXY = re.compile(rb"\s?<html><body><h1>\d{3} [^<]{1,60}</h1>\s?[^<]{1,200}</body></html>\s?\Z")
"""The whole of HAProxy's built-in pages (src/http.c, http_err_msgs)."""
_HTTPD = re.compile(
    rb'\A\s?(<!DOCTYPE HTML PUBLIC "-//(?:IETF//DTD HTML 2\.0|W3C//DTD HTML 4\.01)//EN")[^>]{0,80}>\s?'
    rb"<html><head>\s?<title>\d{3} "
)
"""How the pages of Apache httpd begin: HTML 2.0 for long, 4.01 in later 2.4 (modules/http/http_protocol.c; seen)."""
_HTTPD_SIGNATURE = re.compile(rb"<address>(Apache[^<]{0,100})</address>")
_BUCKET = re.compile(rb"<Error>\s{0,8}<Code>([A-Za-z]{1,60})</Code>")
"""The error document of S3, and of those that follow it (S3 API reference, Error Responses)."""
_CLOUDFLARE_TEXT = re.compile(rb"\Aerror code: (\d{3,4})\s?\Z")
_HTML = ("text/html", "application/xhtml")


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote an answer, and what in it says so."""

    name: str
    """As it reads in a sentence: `nginx`, `an AWS load balancer`, `the registry`."""
    because: str
    """A short quotation of the answer, on one line: `<hr><center>nginx</center>`, `Server: awselb/2.0`."""
    sure: bool = True
    """False where others write the same: a Server header alone, which a proxy sends with the pages of others as well,
    or the bare words of a status, which any program may write."""

    @property
    def opening(self) -> str:
        """The name as a sentence begins with it: `nginx`, `An AWS load balancer`."""
        is_word = self.name.partition(" ")[0] in ("a", "an", "the")
        return self.name[0].upper() + self.name[1:] if is_word else self.name

    @property
    def is_registry(self) -> bool:
        """Whether it is no proxy's page."""
        return self.name == REGISTRY


def author_of(status: int | None, headers: Sequence[tuple[str, str]], body: bytes) -> Author | None:
    """Who wrote this answer; None where nothing tells, and where there is no answer (status None).

    status: of the answer; of one below 300 only the body is believed.
    headers: as received, names in any case.
    body: decompressed; its first 64 KB are looked at, in linear time.

    The page decides before the headers: nginx passes its upstream's pages on under its own Server header. The header
    Docker-Distribution-Api-Version makes no HTML page the registry's, for proxies add it to their own pages, too.
    """
    if status is None:
        return None
    body = body[:_LOOKED_AT]
    told = [(name.lower(), value) for name, value in headers]
    kind = next((value.lower() for name, value in told if name == "content-type"), "")
    is_html = kind.startswith(_HTML) or (body.lstrip()[:1] == b"<" and b"<html" in body[:1024].lower())
    found = _registry(told, body, is_html or body.lstrip()[:1] == b"<") or _by_page(told, body)
    if found is not None or status < 300:
        return found
    return _by_header(OWN_HEADERS, told) or _by_bucket(told, body, is_html) or _by_server(told, is_html)


def is_page(headers: Sequence[tuple[str, str]], body: bytes) -> bool:
    """Whether an answer is a page for people, as no registry writes: HTML by its type or by how it begins."""
    kind = next((value.lower() for name, value in headers if name.lower() == "content-type"), "")
    return kind.startswith(_HTML) or b"<html" in body[:1024].lower()


def _registry(headers: Sequence[tuple[str, str]], body: bytes, is_markup: bool) -> Author | None:
    for error in parse_errors(body):
        if _CODE.fullmatch(error.code):
            return Author(REGISTRY, _short(f'"code":"{error.code}"'))
    if is_markup:
        return None
    return _by_header(((REGISTRY, "docker-distribution-api-version", ""),), headers)


def _by_page(headers: Sequence[tuple[str, str]], body: bytes) -> Author | None:
    lower = body.lower()
    whole = lower.strip()
    for name, mark in PAGE_MARKS:
        at = lower.find(mark)
        if at >= 0:
            return Author(_fastly_or(name, headers), _quoted(body[at : at + len(mark)]))
    for name, mark in WHOLE_BODIES:
        if whole == mark:
            return Author(name, _quoted(body))
    for name, mark in WORDS_OF_MANY:
        if whole == mark:
            return Author(name, _quoted(body), sure=False)
    if code := _CLOUDFLARE_TEXT.match(body):
        return Author("Cloudflare", _quoted(code[0]))
    return _by_shape(body)


def _by_shape(body: bytes) -> Author | None:
    if footer := _FOOTER.search(body):
        words = footer[1].decode("latin-1").strip().lower()
        named = next((name for start, name in FOOTERS if words.startswith(start)), "a server built on nginx")
        return Author(named, _quoted(footer[0]))
    if page := _HAPROXY.match(body):
        return Author("HAProxy", _quoted(page[0].partition(b"</h1>")[2].partition(b"</body>")[0]))
    if signature := _HTTPD_SIGNATURE.search(body):
        return Author("Apache", _quoted(signature[1]))
    if page := _HTTPD.match(body):
        return Author("Apache", _quoted(page[1]))
    return None


def _by_bucket(headers: Sequence[tuple[str, str]], body: bytes, is_html: bool) -> Author | None:
    named = None if is_html else _by_header(BUCKET_HEADERS, headers)
    if code := _BUCKET.search(body):
        return Author(named.name if named else "an S3-compatible bucket", _quoted(code[0]))
    return named


def _by_header(known: Iterable[tuple[str, str, str]], headers: Sequence[tuple[str, str]]) -> Author | None:
    for author, wanted, start in known:
        for name, value in headers:
            if name == wanted and value.lower().startswith(start):
                return Author(author, _short(f"{wanted.title()}: {value}"))
    return None


def _by_server(headers: Sequence[tuple[str, str]], is_html: bool) -> Author | None:
    """What the Server header alone says, of a page: an answer without one may be anybody's."""
    server = next((value for name, value in headers if name == "server"), "")
    named = next((name for start, name in SERVER_WORDS if server.lower().startswith(start)), None)
    return Author(named, _short(f"Server: {server}"), sure=False) if named and is_html else None


def _fastly_or(name: str, headers: Sequence[tuple[str, str]]) -> str:
    """Fastly, which is built on Varnish, by the header that it names its machines in."""
    served_by = any(key == "x-served-by" and value.startswith("cache-") for key, value in headers)
    return "Fastly" if name == "Varnish" and served_by else name


def _quoted(piece: bytes) -> str:
    return _short(piece.decode("utf-8", "replace"))


def _short(text: str) -> str:
    """On one line, without what does not print, at most 80 characters."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * _SHOWN]).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
