"""What a bucket answered to a client that was sent to it by a link, and what its error document says."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from regdoctor.check import Quote
from regdoctor.distribution.page_authors import author_of
from regdoctor.distribution.page_marks import BUCKET_HEADERS
from regdoctor.distribution.store_links import StoreKind, StoreLink
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import authority_of, request_header
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import clean, short
from regdoctor.formats.s3_parameters import S3Endpoint

SKEW = 15 * 60.0
"""Seconds that the time of signing may be ahead of the store's own (S3 API, RequestTimeTooSkewed)."""
_CODE = re.compile(r"<Code>([A-Za-z0-9_.]{1,80})</Code>")
_MESSAGE = re.compile(r"<Message>([^<]{1,2000})</Message>")
_DETAILS = re.compile(r"<(?:Details|AuthenticationErrorDetail)>([^<]{1,2000})</")
_REGION = re.compile(r"<Region>([a-z0-9-]{1,40})</Region>")
_LOOKED_AT = 8 * 1024
_BUCKETS = frozenset(name for name, _, _ in BUCKET_HEADERS)
"""Authors that are stores, as page_authors names them."""
_ROOT = "docker/registry/v2/"
"""What every key of a registry holds (registry/storage/paths.go), behind `rootdirectory`."""


def refusing_link(call: Call, *kinds: StoreKind) -> StoreLink | None:
    """The link that a call followed, where it is of these kinds and the store itself refused it; None else.

    An answer of the recorder, of a proxy on the way, and one to a request with credentials of its own beside the
    link's (which stores refuse for that alone) is none.
    """
    link, status = call.link, call.status
    if call.part is not Part.STORE or link is None or link.kind not in kinds or status is None or status < 301:
        return None
    if call.recorded.by_recorder or call.recorded.shown is not None or status == 304:
        return None
    return None if _is_of_another(call) else link


def _is_of_another(call: Call) -> bool:
    """Whether somebody between the client and the store wrote the answer."""
    exchange = call.exchange
    author = author_of(exchange.status, exchange.headers, exchange.body)
    return author is not None and author.sure and author.name not in _BUCKETS


def code_of(call: Call) -> str:
    """The error code that the store names, in its document or a header; empty where it names none, as to HEAD."""
    found = _CODE.search(_document(call))
    if found:
        return found[1]
    named = call.exchange.header("x-ms-error-code") or call.exchange.header("x-amz-error-code") or ""
    return named if named.isascii() and named.isalnum() and len(named) <= 80 else ""


def message_of(call: Call) -> str:
    """What the store says to the code, with its details, as data of the store's; empty where it says nothing."""
    text = _document(call)
    return clean(" ".join(found[1] for pattern in (_MESSAGE, _DETAILS) if (found := pattern.search(text))))


def region_of(call: Call) -> str:
    """The region that the store names as its own, in its document or a header; empty where it names none."""
    found = _REGION.search(_document(call))
    named = found[1] if found else call.exchange.header("x-amz-bucket-region") or ""
    return named if re.fullmatch(r"[a-z0-9-]{1,40}", named) else ""


def sender_of(call: Call, story: Story) -> Call | None:
    """The answer that sent the client here; None where it was not recorded."""
    sender = story.sent_to.get(call.exchange.url.partition("?")[0])
    return sender if sender is not None and sender.number == call.sent_by else None


def quotes_of(call: Call, story: Story) -> tuple[Quote, ...]:
    """The registry's answer with where it leads, and the store's with its code."""
    sender, answer = sender_of(call, story), call.exchange.quote("Date")
    said = clean(" ".join(part for part in (code_of(call), message_of(call)) if part))
    quoted = Quote(answer.source, f"{answer.quote}{': ' if said else ''}{said}")
    return (*((sender.exchange.quote("Location"),) if sender is not None else ()), quoted)


def lapsed_for(call: Call) -> float | None:
    """Seconds by which the link had ended by the store's own Date, negative before; None where either is not told."""
    date = call.exchange.date()
    return None if call.link is None or call.link.expires is None or date is None else date - call.link.expires


def is_out_of_its_time(call: Call) -> bool:
    """Whether by the store's Date the link had ended, or had been signed later than the store would take."""
    date, lapsed = call.exchange.date(), lapsed_for(call)
    signed = call.link.signed if call.link else None
    return (lapsed is not None and lapsed > 0) or (date is not None and signed is not None and signed - date > SKEW)


def is_asked_as_another(call: Call) -> bool:
    """Whether the request named another host than the link's, which the signature covers."""
    host, wanted = request_header(call.exchange, "Host").lower(), authority_of(call.link.url) if call.link else ""
    return bool(host) and bool(wanted) and _without_port(host, wanted) != wanted


def _without_port(host: str, wanted: str) -> str:
    """The host as the link has it, which leaves out the port of its scheme."""
    bare, _, port = host.rpartition(":")
    return bare if bare == wanted and port in ("80", "443") else host


def bucket_of(link: StoreLink) -> str:
    """The bucket's name to show, or the host's where the address does not tell the two apart."""
    return short(link.bucket or authority_of(link.url) or link.url)


def prefix_of(link: StoreLink) -> str:
    """The prefix of the key that a policy would name: `docker/registry/v2/blobs/`; empty where the key is another."""
    before, mark, rest = link.key.partition(_ROOT)
    area = rest.partition("/")[0]
    return f"{before}{mark}{area}/" if mark and area in ("blobs", "repositories") else ""


def endpoint_of_link(link: StoreLink) -> S3Endpoint | None:
    """Where the bucket of a link of S3 is, as far as the link tells; None where the bucket is not known."""
    if not link.bucket:
        return None
    try:
        parts = urlsplit(link.url)
    except ValueError:
        return None
    by_path = not parts.netloc.lower().startswith(f"{link.bucket.lower()}.")
    host = parts.netloc if by_path else parts.netloc[len(link.bucket) + 1 :]
    root = link.key.partition(_ROOT)[0] if _ROOT in link.key else ""
    return S3Endpoint(f"{parts.scheme}://{host}", link.region, link.bucket, by_path, root)


def _document(call: Call) -> str:
    body = call.exchange.body[:_LOOKED_AT]
    return body.decode(errors="replace") if body.lstrip()[:1] == b"<" else ""
