"""A recorded call as the evidence that checks judge of their own requests: a ping, an upload's start, an author."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from regdoctor.check import Quote
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.errors import RegistryError, parse_errors
from regdoctor.evidence.answers import Ping
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxied_answers import is_foreign
from regdoctor.evidence.story import Story
from regdoctor.evidence.upload_start import UploadStart

UPLOADS = frozenset(
    (
        ApiKind.UPLOAD_START,
        ApiKind.UPLOAD_MOUNT,
        ApiKind.UPLOAD_WHOLE,
        ApiKind.UPLOAD_CHUNK,
        ApiKind.UPLOAD_FINISH,
        ApiKind.UPLOAD_STATUS,
    )
)
"""The calls of an upload, but for its cancellation."""
WITH_BODY = frozenset(
    (ApiKind.UPLOAD_WHOLE, ApiKind.UPLOAD_CHUNK, ApiKind.UPLOAD_FINISH, ApiKind.MANIFEST_PUT, ApiKind.UPLOAD_START)
)
"""The calls whose requests may have a body."""
LEADING_ON = frozenset((202, 204, 307, 308))
"""The statuses whose Location a client goes on with, by the same method."""
_LONG = 5.0
"""Seconds of waiting, below which a 504 tells of an address that nobody answers at rather than of a limit of time."""
_PLAIN = re.compile(r"https?://([A-Za-z0-9._-]+(?::(?:[1-5][0-9]{4}|[1-9][0-9]{0,3}))?)(?=[/?#]|\Z)")
"""How nearly all addresses begin; they need not be taken apart to be known."""
TIMED_OUT = frozenset((408, 499, 504, 524))
"""nginx, HAProxy and load balancers answer 408 or 504; nginx notes 499, Cloudflare writes 524 after 100 seconds."""


def origin_of(call: Call) -> str:
    """Scheme, host and port of what was asked, as the request has it; the whole address where it has none."""
    url = call.exchange.url
    if plain := _PLAIN.match(url):
        return plain[0]
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else url


def authority_of(url: str) -> str:
    """Host and port of an address, lower case; empty for what has none."""
    if plain := _PLAIN.match(url):
        return plain[1].lower()
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def endpoint_of(call: Call) -> Endpoint:
    """The address that was asked, said by the request itself."""
    return Endpoint(origin_of(call), Quote("recorded traffic", f"{call.exchange.method} {origin_of(call)}"))


def answered_by_registry_or_proxy(call: Call) -> bool:
    """Whether the registry was asked, at an address that is one, and somebody but the recorder answered."""
    if call.part is not Part.REGISTRY or call.status is None or call.recorded.by_recorder:
        return False
    return has_address(call)


def has_address(call: Call) -> bool:
    """Whether what was asked has a host, and a port that can be one: a recording may hold anything."""
    if _PLAIN.match(call.exchange.url):
        return True
    try:
        parts = urlsplit(call.exchange.url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def ping_of(call: Call) -> Ping:
    """The call as a check judges its own GET /v2/."""
    return Ping(endpoint_of(call), call.exchange)


def upload_start_of(call: Call) -> UploadStart | None:
    """The call as a check judges the upload that it started; None where its answer leads nobody on."""
    location = call.exchange.header("Location")
    if call.kind not in UPLOADS or call.status not in LEADING_ON or not location:
        return None
    if not answered_by_registry_or_proxy(call) or "://" not in origin_of(call):
        return None
    return UploadStart(endpoint_of(call), call.exchange, location, cancelled=False, upstream=None)


def start_elsewhere(call: Call, story: Story) -> UploadStart | None:
    """The same, where its answer leads on to another address than was asked, and not to the recorder's own.

    None as well where Location begins as what was asked: it is the same scheme, host and port.
    """
    if call.kind not in UPLOADS or call.status not in LEADING_ON:
        return None
    location, plain = call.exchange.header("Location"), _PLAIN.match(call.exchange.url)
    if not location or (plain and location.startswith(f"{plain[0]}/")):
        return None
    start = upload_start_of(call)
    return None if start is None or at_the_recorder(start.location, story) else start


def at_the_recorder(url: str, story: Story) -> bool:
    """Whether an address is the recorder's own, in reverse mode: by host and port, whatever its scheme."""
    return bool(story.capture_origin) and authority_of(url) == authority_of(story.capture_origin)


def errors_of(call: Call) -> tuple[RegistryError, ...]:
    """The entries of the answer's error envelope; none for an answer that is no error."""
    status = call.status
    body = call.exchange.body
    return parse_errors(body) if body and status is not None and status >= 400 else ()


def says(call: Call, code: str) -> bool:
    """Whether the answer is the registry's error of this code."""
    return any(error.code == code for error in errors_of(call))


def request_header(exchange: Exchange, name: str) -> str:
    """The request's first header of that name, in any case, as far as it may be shown; empty where there is none."""
    wanted = name.lower()
    return next((str(value) for key, value in exchange.request_headers if key.lower() == wanted), "")


def waited_in_vain(call: Call, story: Story) -> bool:
    """Whether a proxy gave up waiting for a registry that had answered before, or for its client."""
    if call.status not in TIMED_OUT or not answered_by_registry_or_proxy(call) or not is_foreign(call.exchange):
        return False
    return call.exchange.seconds >= _LONG and origin_of(call) in story.registries
