"""A manifest and a small blob as clients get them at the public address, with what proxies add to the answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from regdoctor.evidence.exchange import Exchange

_CODINGS = frozenset(("gzip", "x-gzip", "deflate", "br", "zstd"))
"""Content codings that compress (RFC 9110 section 8.4.1, RFC 7932, RFC 8878)."""
_HIT = re.compile(r"(?:tcp_(?:mem_|refresh_)?)?hit(?: from [^,]{1,200})?")
"""What caches say of an answer that they had: `HIT` (nginx, Varnish, Fastly, Cloudflare), `Hit from cloudfront`,
`HIT from proxy.example.com` (squid), `TCP_HIT` (Akamai)."""
_CACHE_HEADERS = ("X-Cache", "CF-Cache-Status", "X-Proxy-Cache", "X-Cache-Status")


@dataclass(frozen=True, slots=True)
class PublicReads:
    """GET of a manifest by its tag, twice, so that a cache has it, and of its configuration blob."""

    manifest: Exchange
    """The second answer."""
    blob: Exchange | None
    """None where the manifest names none."""

    @property
    def compressed_blob(self) -> str:
        """The Content-Encoding of the blob, where the answer has the blob and is compressed; else empty."""
        if self.blob is None or self.blob.status != 200:
            return ""
        coding = (self.blob.header("Content-Encoding") or "").strip().lower()
        return coding if coding in _CODINGS else ""


def cache_sign(exchange: Exchange) -> str:
    """The header by which a cache says that an answer is one that it had; empty where none says so."""
    for name in _CACHE_HEADERS:
        for value in exchange.header_all(name):
            if any(_HIT.fullmatch(part.strip().lower()) for part in value[:1000].split(",")):
                return name
    age = (exchange.header("Age") or "").strip()
    # RFC 9111 section 5.1: seconds since it was made. 0 may be said of one that was fetched just now.
    return "Age" if age.isascii() and age.isdigit() and age.strip("0") else ""
