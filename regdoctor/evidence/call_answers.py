"""A recorded call as the evidence that checks judge of their own requests: a ping, an upload's start, an author."""

from __future__ import annotations

import functools
import ipaddress
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
from regdoctor.evidence.upload_start import UploadStart, port_of

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
_LONGEST_KEPT = 300
"""Characters of an address before its path that are remembered."""
_LONG = 5.0
"""Seconds of waiting, below which a 504 tells of an address that nobody answers at rather than of a limit of time."""
_PLAIN = re.compile(r"https?://([A-Za-z0-9._-]+(?::(?:[1-5][0-9]{4}|[1-9][0-9]{0,3}))?)(?=[/?#]|\Z)")
"""How nearly all addresses begin; they need not be taken apart to be known."""
TIMED_OUT = frozenset((408, 499, 504, 524))
"""nginx, HAProxy and load balancers answer 408 or 504; nginx notes 499, Cloudflare writes 524 after 100 seconds."""


def origin_of(call: Call) -> str:
    """Scheme, host and port of what was asked, as the request has it; the whole address where it has none."""
    url = call.exchange.url
    return _site(url)[0] or url


def authority_of(url: str) -> str:
    """Host and port of an address, lower case; empty for what has none."""
    return _site(url)[1]


def _site(url: str) -> tuple[str, str, bool]:
    """Origin and authority of an address, both empty where it has none, and whether it has a host and a port."""
    end = url.find("/", 8)
    place = url[:end] if end > 0 else url
    return _known_site(place) if len(place) <= _LONGEST_KEPT else _read_site(place)


def _read_site(url: str) -> tuple[str, str, bool]:
    if plain := _PLAIN.match(url):
        return plain[0], plain[1].lower(), True
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", "", False
    if not parts.netloc:
        return "", "", False
    try:
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        has_port = False
    authority = parts.netloc.rpartition("@")[2].lower()
    return f"{parts.scheme}://{parts.netloc}", authority, bool(parts.hostname) and has_port


_known_site = functools.lru_cache(maxsize=1024)(_read_site)
"""A recording has few servers, and asks for each call's several times."""


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
    return _site(call.exchange.url)[2]


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


def start_elsewhere(call: Call) -> UploadStart | None:
    """The same, where its answer leads on to another address than was asked, and not to the recorder's own.

    None as well where Location begins as what was asked: it is the same scheme, host and port.
    """
    start = _start_led_on(call)
    return None if start is None or at_the_recorder(start.location, call) else start


def start_at_the_recorder(call: Call) -> UploadStart | None:
    """The same, where its answer leads on to the recorder's own address: the registry was told the client's Host."""
    start = _start_led_on(call) if call.recorded.capture_origin else None
    return start if start is not None and at_the_recorder(start.location, call) else None


def _start_led_on(call: Call) -> UploadStart | None:
    if call.kind not in UPLOADS or call.status not in LEADING_ON:
        return None
    location, url = call.exchange.header("Location"), call.exchange.url
    if not location or location.startswith(url[: url.find("/", 8) + 1] or url):
        return None
    return upload_start_of(call)


def at_the_recorder(url: str, call: Call) -> bool:
    """Whether an address is that of the recorder itself, in reverse mode: by host and port, whatever its scheme.

    A recorder has more names than the address that it was reached at: those of loopback, and what the client called it
    in Host, which is the client's own word only where it is not what the recorder asks in turn.
    """
    if not call.recorded.capture_origin:
        return False
    where, own = _place_of(url), _place_of(call.recorded.capture_origin)
    if where is None or own is None:
        return False
    if where == own or (where[1] == own[1] and _is_loopback(where[0]) and _is_loopback(own[0])):
        return True
    asked, upstream = request_header(call.exchange, "Host").lower(), _place_of(call.exchange.url)
    if where == upstream:
        return False
    if asked:
        scheme = call.exchange.url.partition(":")[0]
        return asked == authority_of(url) and _place_of(f"{scheme}://{asked}") != upstream
    # HTTP/2 has no Host, and recordings keep no :authority.
    return where[1] == own[1] and upstream is not None and upstream[1] != own[1]


def _place_of(url: str) -> tuple[str, int] | None:
    """Host, in small letters, and port of an address, that of its scheme where it names none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    port = port_of(parts)
    return (parts.hostname, port) if parts.hostname and port else None


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


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
