"""What a call adds to the story: whatever later calls will be held against."""

from __future__ import annotations

import functools
import re
from typing import TypeVar
from urllib.parse import parse_qs, urljoin

from regdoctor.distribution.api_calls import ApiKind, api_call
from regdoctor.distribution.challenges import parse_challenges
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import authority_of, origin_of
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.story import Story, TokenGiven, Upload

_MOST = 10_000
"""Entries of each kind: a recording of days must not fill the memory. The oldest go first."""
_MOST_PLACES = 100_000
_MOST_CALLS = 1_000
"""Calls of one upload that are kept, its first among them: a layer of 50 GB in pieces of 5 MB has ten thousand."""
_MOST_DATES = 32
_MOST_TAKEN = 50
"""Blobs that are known to have come a moment ago: a client asks for one right after it has sent it."""
_LEADS_ON = (202, 204, 301, 302, 303, 307, 308)
"""Statuses whose Location says where the client goes next; that of 201 names what was made."""
_UPLOADS = frozenset(
    (
        ApiKind.UPLOAD_START,
        ApiKind.UPLOAD_MOUNT,
        ApiKind.UPLOAD_CHUNK,
        ApiKind.UPLOAD_FINISH,
        ApiKind.UPLOAD_STATUS,
        ApiKind.UPLOAD_CANCEL,
    )
)
_DELETIONS = frozenset((ApiKind.BLOB_DELETE, ApiKind.MANIFEST_DELETE, ApiKind.TAG_DELETE))
_STARTS = frozenset((ApiKind.UPLOAD_START, ApiKind.UPLOAD_MOUNT))

_WHOLE = re.compile(r"https?://[A-Za-z0-9.:-]+/[!-~]*[!\"$-:<->@-~]")
"""An address that needs no joining, and that joining leaves as it is: most are such, and it takes ten times as long."""

Key = TypeVar("Key")
Value = TypeVar("Value")


def grow(story: Story, call: Call) -> None:
    """Take a call in; it was recognised by the story as it was before."""
    part = call.part._value_
    story.counts[part] = story.counts.get(part, 0) + 1
    _reached(story, call)
    location = location_of(call.exchange)
    if location:
        _keep(story.sent_to, location.partition("?")[0], call)
    if call.part is Part.REGISTRY:
        _registry(story, call, location)
    if call.recorded.given is not None:
        _keep(story.tokens, call.recorded.given.mark, TokenGiven(call, scope_asked(call)))
    if call.part is Part.STORE and call.link is not None and call.exchange.ok and len(story.serving) < _MOST:
        story.serving.add((authority_of(call.link.url), call.link.bucket))
    if call.part in (Part.REGISTRY, Part.TOKEN_SERVICE, Part.STORE):
        _clock(story, call)


def _reached(story: Story, call: Call) -> None:
    """Note where the client went."""
    recorded = call.recorded
    if len(story.reached) >= _MOST_PLACES:
        return
    if recorded.capture_origin:
        story.reached.add(authority_of(recorded.capture_origin))
    if not recorded.capture_origin or call.sent_by is not None or call.part is Part.TOKEN_SERVICE:
        story.reached.add(authority_of(recorded.exchange.url))


def _registry(story: Story, call: Call, location: str) -> None:
    exchange, where = call.exchange, origin_of(call)
    if where not in story.registries and _from_registry(call):
        _keep(story.registries, where, call)
    if call.status == 401:
        for challenge in parse_challenges(exchange.header_all("WWW-Authenticate")):
            if challenge.is_bearer:
                _keep(story.challenges, where, (challenge, call))
                if realm := _whole(exchange.url, challenge.realm or ""):
                    _keep(story.realms, realm.partition("?")[0], where)
    if call.kind in _UPLOADS:
        _upload(story, call, location)
        _stored(story, call)
    elif call.kind in (ApiKind.BLOB_HEAD, ApiKind.BLOB_GET) and location and call.api:
        _keep(story.blobs_sent_on, call.api.reference, call)
    elif call.kind in (ApiKind.MANIFEST_HEAD, ApiKind.MANIFEST_GET):
        if types := _accepted(exchange):
            _keep(story.accepted_types, call.recorded.client, types)
    elif call.kind in _DELETIONS:
        _deleted(story, call)
    elif call.kind is ApiKind.MANIFEST_PUT and call.exchange.ok:
        story.deletions.pop((call.repository, ""), None)


def _from_registry(call: Call) -> bool:
    """Whether the answer is a registry's: its header, its challenge, or a status that no proxy makes up."""
    if call.status is None or call.recorded.by_recorder:
        return False
    is_sure = bool(call.exchange.header("Docker-Distribution-Api-Version"))
    return is_sure or (call.status < 400 and call.normal)


def upload_of(call: Call) -> str:
    """The UUID of the upload that a call is about or that its answer opens; empty where neither names one."""
    if named := _upload_named(call):
        return named
    location = location_of(call.exchange) if call.kind in _UPLOADS else ""
    ahead = api_call("PATCH", location) if location else None
    return ahead.upload if ahead else ""


def _upload_named(call: Call) -> str:
    """The same where the path or a header names it."""
    if call.kind not in _UPLOADS or call.api is None:
        return ""
    if call.api.upload:
        return call.api.upload
    return call.exchange.header("Docker-Upload-UUID") or ""


def _upload(story: Story, call: Call, location: str) -> None:
    ahead = api_call("PATCH", location) if location else None
    name = _upload_named(call) or (ahead.upload if ahead else "")
    if not name:
        return
    upload = story.uploads.get(name)
    if upload is None:
        start = call if call.kind in _STARTS else None
        upload = Upload(call.repository, call.recorded.client, start)
        _keep(story.uploads, name, upload)
    elif call.kind in _STARTS and upload.finished:
        _forget(story, name)
    upload.calls.append(call)
    if len(upload.calls) > _MOST_CALLS:
        del upload.calls[1]
    if ahead is not None and ahead.state is not None:
        upload.states.append((call, ahead.state))
        if len(upload.states) > _MOST_CALLS:
            del upload.states[1]
    if call.kind is ApiKind.UPLOAD_FINISH and call.status == 201:
        upload.finished = True


def _stored(story: Story, call: Call) -> None:
    """Note a blob that the registry has from now on."""
    api = call.api
    if call.status != 201 or api is None or call.kind not in (ApiKind.UPLOAD_FINISH, ApiKind.UPLOAD_MOUNT):
        return
    blob = (api.repository, api.digest or api.reference)
    story.deletions.pop(blob, None)
    if call.kind is ApiKind.UPLOAD_FINISH:
        _keep(story.blobs_taken, blob, call, _MOST_TAKEN)


def _forget(story: Story, upload: str) -> None:
    """Of an upload that begins anew: a registry gives no UUID twice, so this recording is not one of one registry."""
    for blob in [one for one, call in story.blobs_taken.items() if call.api and call.api.upload == upload]:
        del story.blobs_taken[blob]


def _deleted(story: Story, call: Call) -> None:
    """Note what is rightly gone from now on. What a manifest named goes when the garbage is collected."""
    if not call.exchange.ok:
        return
    is_blob = call.kind is ApiKind.BLOB_DELETE
    gone = (call.repository, call.api.reference if is_blob and call.api else "")
    for blob in [one for one in story.blobs_taken if one == gone or (not is_blob and one[0] == gone[0])]:
        del story.blobs_taken[blob]
    _keep(story.deletions, gone, call)


def location_of(exchange: Exchange) -> str:
    """Where the answer sends the client next, as a whole URL; empty where it sends it nowhere."""
    told = exchange.header("Location") if exchange.status in _LEADS_ON else None
    if not told:
        return ""
    return _whole(exchange.url, told)


def _whole(url: str, told: str) -> str:
    """What a server wrote as an address, as a whole URL; empty where nothing can be made of it."""
    return told if _WHOLE.fullmatch(told) else _resolved(url, told)


def _resolved(url: str, told: str) -> str:
    """The same, by joining."""
    try:
        return urljoin(url, told) if told else ""
    except ValueError:
        return ""


def scope_asked(call: Call) -> str:
    """The scopes that a token service was asked for, in the query or in the form, parted by blanks."""
    query = call.exchange.url.partition("?")[2].partition("#")[0]
    form = call.recorded.request_body.decode(errors="replace") if call.exchange.method == "POST" else ""
    return _scopes(query) if not form else " ".join(filter(None, (_scopes(query), _scopes(form))))


@functools.lru_cache(maxsize=256)
def _scopes(text: str) -> str:
    """The scopes of a query or a form. Kept, for a request is looked at more than once; a cleaned one has no secret."""
    if "scope" not in text and "%" not in text:
        return ""
    try:
        return " ".join(" ".join(parse_qs(text, max_num_fields=100).get("scope", [])).split())
    except ValueError:  # more fields than anybody's
        return ""


def _accepted(exchange: Exchange) -> tuple[str, ...]:
    values = [str(value) for name, value in exchange.request_headers if name.lower() == "accept"]
    return tuple(one.partition(";")[0].strip().lower() for value in values for one in value.split(",") if one.strip())


def _clock(story: Story, call: Call) -> None:
    """How far the server's clock may be ahead: its Date was written between the request and the answer's first byte."""
    exchange = call.exchange
    if call.recorded.by_recorder or exchange.started <= 0:
        return
    date = _moment(exchange.header("Date") or "")
    if date is None or exchange.header("Age") is not None:
        return
    where = origin_of(call)
    # A Date counts whole seconds: the clock stood anywhere in that one.
    least, most = date - (exchange.started + exchange.seconds), date + 1 - exchange.started
    clock = story.clocks.get(where)
    if clock is not None and least <= clock[0] and most >= clock[1]:
        return
    seen = story.skews.get(where)
    if clock is None or seen is None:
        _keep(story.skews, where, [(least, most, call)])
        _keep(story.clocks, where, (least, most))
    elif len(seen) < _MOST_DATES:
        seen.append((least, most, call))
        story.clocks[where] = (max(least, clock[0]), min(most, clock[1]))


@functools.lru_cache(maxsize=256)
def _moment(date: str) -> float | None:
    """A Date header as Exchange.date reads it. Kept, as a second has many answers; no secret is in a cleaned one."""
    return Exchange("GET", "", headers=(("Date", date),)).date()


def _keep(where: dict[Key, Value], key: Key, value: Value, most: int = 0) -> None:
    """Put it in as the newest entry, and the oldest out where there are too many."""
    where.pop(key, None)
    where[key] = value
    if len(where) > (most or _MOST):
        del where[next(iter(where))]
