"""Links that open one object of a bucket to whoever has them: who serves them, and how long they hold."""

from __future__ import annotations

import base64
import binascii
import enum
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from regdoctor.distribution.bounded_json import parse_json
from regdoctor.distribution.query_values import query_values
from regdoctor.distribution.store_addresses import azure_names, gcs_names, s3_names

_BLOB = re.compile(r"/blobs/(sha256|sha384|sha512)/([0-9a-f]{2})/(\2[0-9a-f]{62,126})/data\Z")
"""The end of a blob's key (registry/storage/paths.go)."""
_LONGEST_POLICY = 1 << 14
_LONGEST_KEPT = 1 << 12
"""Characters of a URL that is remembered."""
_PLACEHOLDER = "[redacted"


class StoreKind(enum.StrEnum):
    """By the way that a link is signed; the value as it reads in a sentence after "the"."""

    S3 = "S3 bucket"
    GCS = "GCS bucket"
    AZURE = "Azure container"
    CDN = "content delivery network"


@dataclass(frozen=True, slots=True)
class StoreLink:
    """What a link says of itself; the signature is not kept."""

    kind: StoreKind
    url: str
    """Without its query."""
    bucket: str
    """Empty where it cannot be told."""
    key: str
    """The object's key, percent-decoded; empty where bucket and key cannot be told apart."""
    digest: str
    """`sha256:…` of the blob, where the key is that of a registry's blob (…/blobs/sha256/ab/abcd…/data); else empty."""
    signed: float | None
    """Seconds since the epoch, by the signer's clock (X-Amz-Date, X-Goog-Date, st); None where it does not say."""
    expires: float | None
    """Seconds since the epoch, by the signer's clock."""
    region: str = ""
    identity: str = ""
    """The access key ID or the service account that signed; it names somebody, and is shown shortened."""


def store_link(url: str) -> StoreLink | None:
    """What a URL is as a link to a bucket, told by the names of its query's parameters; None where it is none.

    Signature Version 4 (X-Amz-Algorithm) and 2 (AWSAccessKeyId), V4 of GCS (X-Goog-Algorithm) and V2 (GoogleAccessId),
    SAS (sv and sig), CloudFront (Key-Pair-Id with Signature or Policy), Akamai and others by token are none of these.
    A cleaned URL, whose signature is a placeholder, is recognised as well.
    """
    bare, mark, query = url.partition("?")
    if not mark or "://" not in bare:
        return None
    lower = query.lower()
    if not _may_sign(lower):
        return None
    return _known_link(bare, query) if len(url) <= _LONGEST_KEPT else _read_link(bare, query)


def _may_sign(query: str) -> bool:
    """Whether one of the names is in it that are in every query which signs a link; most are told to be none by that.

    query: in lower case.
    """
    return (
        "signature" in query
        or "sig=" in query
        or "x-amz-algorithm" in query
        or "x-goog-algorithm" in query
        or "key-pair-id" in query
    )


def blob_of_path(path: str) -> str:
    """The digest that the path of a blob in a registry's storage names: `sha256:…`; empty where it is none."""
    found = _BLOB.search(path)
    return f"{found[1]}:{found[3]}" if found else ""


def _read_link(bare: str, query: str) -> StoreLink | None:
    given: dict[str, str] = {}
    for name, value in query_values(query.partition("#")[0]):
        given.setdefault(name.lower(), value)
    return _signed_link(bare, given)


_known_link = functools.lru_cache(maxsize=256)(_read_link)
"""A link is read where it is given and again where it is followed, which is soon after."""


def _signed_link(bare: str, given: Mapping[str, str]) -> StoreLink | None:
    if "x-amz-algorithm" in given:
        return _version4(StoreKind.S3, bare, given, "x-amz-")
    if "x-goog-algorithm" in given:
        return _version4(StoreKind.GCS, bare, given, "x-goog-")
    if "awsaccesskeyid" in given and "signature" in given:
        return _link(StoreKind.S3, bare, None, _epoch(given, "expires"), identity=_named(given["awsaccesskeyid"]))
    if "googleaccessid" in given and "signature" in given:
        return _link(StoreKind.GCS, bare, None, _epoch(given, "expires"), identity=_named(given["googleaccessid"]))
    if "sv" in given and "sig" in given:
        signer = given.get("skoid", "") or given.get("si", "")
        signed, expires = _iso(given.get("st", "")), _iso(given.get("se", ""))
        return _link(StoreKind.AZURE, bare, signed, expires, identity=_named(signer))
    if "key-pair-id" in given and ("signature" in given or "policy" in given):
        expires = _epoch(given, "expires")
        if expires is None:
            expires = _policy_end(given.get("policy", ""))
        return _link(StoreKind.CDN, bare, None, expires, identity=_named(given["key-pair-id"]))
    return None


def _version4(kind: StoreKind, bare: str, given: Mapping[str, str], start: str) -> StoreLink:
    """Query parameters of Signature Version 4, which Amazon and Google share but for their names.

    X-Amz-Credential is `ID/20261124/eu-central-1/s3/aws4_request`; an ID may itself hold slashes.
    """
    signed, lasts = _iso(given.get(f"{start}date", "")), _epoch(given, f"{start}expires")
    expires = signed + lasts if signed is not None and lasts is not None else None
    scope = given.get(f"{start}credential", "").rsplit("/", 4)
    region = scope[2] if len(scope) == 5 else ""
    return _link(kind, bare, signed, expires, region, _named(scope[0]))


def _link(
    kind: StoreKind, bare: str, signed: float | None, expires: float | None, region: str = "", identity: str = ""
) -> StoreLink:
    host, _, path = bare.partition("://")[2].partition("/")
    if "%" in path:
        path = unquote(path)
    match kind:
        case StoreKind.S3:
            bucket, key = s3_names(host, path)
        case StoreKind.GCS:
            bucket, key = gcs_names(host, path)
        case StoreKind.AZURE:
            bucket, key = azure_names(host, path)
        case StoreKind.CDN:
            bucket, key = "", path
    return StoreLink(kind, bare, bucket, key, blob_of_path(f"/{path}"), signed, expires, region, identity)


def _named(identity: str) -> str:
    return "" if identity.startswith(_PLACEHOLDER) else identity


def _epoch(given: Mapping[str, str], name: str) -> float | None:
    """A whole number of seconds that a calendar holds."""
    text = given.get(name, "")
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 11 else None


def _iso(text: str) -> float | None:
    """A moment in UTC: `20261124T010919Z` of S3 and GCS, `2026-11-24T01:09:19Z` or shorter of Azure."""
    if not 8 <= len(text) <= 40:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _policy_end(text: str) -> float | None:
    """When a CloudFront policy ends: base64 with `-_~` for `+=/` (CloudFront Developer Guide, custom policies)."""
    if not text or len(text) > _LONGEST_POLICY or not text.isascii():
        return None
    try:
        document = parse_json(base64.b64decode(text.translate(str.maketrans("-_~", "+=/")), validate=True))
    except binascii.Error:
        return None
    match document:
        case {"Statement": [{"Condition": {"DateLessThan": {"AWS:EpochTime": int() as end}}}, *_]} if 0 <= end < 10**11:
            return float(end)
        case _:
            return None
