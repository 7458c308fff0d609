"""URLs without what opens a door: userinfo, signatures, tokens, names of users, and what looks random."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_plus

from regdoctor.distribution.upload_states import cleaned_upload_state, read_upload_state
from regdoctor.traffic.clean_credentials import Marks
from regdoctor.traffic.wiping import PLACEHOLDER, is_random, is_wordlike, scrubbed, wiped

_KEPT = frozenset(
    [
        "digest",
        "mount",
        "from",
        "n",
        "last",
        "before",
        "artifacttype",
        "ns",
        "service",
        "scope",
        "client_id",
        "offline_token",
        "grant_type",
        "access_type",
        "x-amz-algorithm",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-signedheaders",
        "x-goog-algorithm",
        "x-goog-date",
        "x-goog-expires",
        "x-goog-signedheaders",
        "expires",
        "sv",
        "st",
        "se",
        "sp",
        "sr",
        "spr",
        "skt",
        "ske",
        "sks",
        "skv",
        "list-type",
        "prefix",
        "delimiter",
        "max-keys",
        "uploads",
        "uploadid",
        "partnumber",
        "x-id",
        "page",
        "per_page",
        "sort",
        "size",
        "name",
        "dry_run",
    ]
)
"""Parameters whose values are facts of the protocol; names in lower case."""
_SCOPED = frozenset(("x-amz-credential", "x-goog-credential"))
_GONE = frozenset(
    [
        "signature",
        "sig",
        "x-amz-signature",
        "x-amz-security-token",
        "awsaccesskeyid",
        "googleaccessid",
        "x-goog-signature",
        "key-pair-id",
        "policy",
        "token",
        "access_token",
        "refresh_token",
        "private_token",
        "job_token",
        "password",
        "client_secret",
        "account",
        "username",
        "upload_token",
        "__token__",
        "hdnea",
        "hdnts",
        "hmac",
        "verify",
        "code",
        "state",
        "skoid",
        "sktid",
        "si",
    ]
)
_KNOWN = _KEPT | _SCOPED | _GONE | {"_state"}
_DIGESTS = frozenset(("digest", "mount"))
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SCOPE = re.compile(r"/(\d{8}/[a-z0-9-]{1,40}/[a-z0-9-]{1,20}/(?:aws4|goog4)_request)")
_SHORT = 16
_SEGMENT = 17
"""Characters: a shorter part of a path is a name."""
_LONGEST = 16 * 1024
"""Characters; servers refuse longer ones."""


def clean_address(text: str, marks: Marks | None = None) -> str:
    """A URL, or the path and query of one: without userinfo and fragment, and its query cleaned by names.

    marks: keeps what was made of it; most addresses come twice, in a Location and where the client goes next.
    """
    if marks is None:
        return _cleaned(text)
    known = marks.addresses.get(text)
    if known is None:
        known = marks.addresses[text] = _cleaned(text, marks)
    return known


def _cleaned(text: str, marks: Marks | None = None) -> str:
    bare, mark, query = text[:_LONGEST].partition("#")[0].partition("?")
    scheme, separator, rest = bare.partition("://")
    host, slash, path = rest.partition("/") if separator else ("", "", bare)
    shown = _path(slash + path)
    start = f"{scheme}://{wiped(host.rpartition('@')[2])}" if separator else ""
    return f"{start}{shown}{mark}{clean_query(query, marks) if mark else ''}"


def clean_query(query: str, marks: Marks | None = None) -> str:
    """Parameters in their order: known ones keep their values, of others only words and short values stay.

    marks: keeps what was made of each; most come again, such as a service, a date, and the state of an upload.
    """
    if not query:
        return ""
    known = marks.parameters if marks else {}
    found = []
    for piece in query.split("&"):
        clean = known.get(piece)
        if clean is None:
            clean = known[piece] = _parameter(piece)
        found.append(clean)
    return "&".join(found)


def _parameter(piece: str) -> str:
    name, equals, value = piece.partition("=")
    if value and (lower := name.lower()) in _KNOWN:
        return f"{name}={_value(lower, value)}"
    if len(name) > _SHORT and is_random(name):
        return PLACEHOLDER
    if not value:
        return wiped(name) + equals
    return f"{wiped(name)}={_value(unquote_plus(name).lower(), value)}"


def _value(name: str, value: str) -> str:
    if name in _GONE:
        return PLACEHOLDER
    plain = unquote_plus(value)
    if name == "_state":
        state = read_upload_state(plain)
        if state and (wiped(state.name) != state.name or wiped(state.upload) != state.upload):
            return PLACEHOLDER
        return quote(cleaned_upload_state(state), safe="-_.[]")
    if name in _SCOPED:
        scope = _SCOPE.search(plain)
        return PLACEHOLDER + quote(f"/{scope[1]}", safe="") if scope else PLACEHOLDER
    if name in _DIGESTS and _DIGEST.fullmatch(plain) and wiped(plain) == plain:
        return value
    if plain == PLACEHOLDER or wiped(plain) != plain or wiped(f"?{name}={value}") != f"?{name}={value}":
        return PLACEHOLDER
    if name in _KEPT:
        return value if len(plain) <= _SHORT or scrubbed(plain) == plain or name in ("scope", "mount") else PLACEHOLDER
    return value if len(plain) <= _SHORT or is_wordlike(plain) else PLACEHOLDER


def _path(path: str) -> str:
    """Names of repositories, uploads and objects stay; elsewhere long random parts go."""
    path = wiped(path)
    if "/v2/" in path or "/gitlab/v1/" in path or len(path) <= _SEGMENT:
        return path
    return scrubbed(path) if any(len(part) >= _SEGMENT for part in path.split("/")) else path
