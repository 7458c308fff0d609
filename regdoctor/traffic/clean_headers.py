"""Headers by an allow-list: names stay, values only where they are facts of the protocol."""

from __future__ import annotations

import re

from regdoctor.distribution.page_marks import BUCKET_HEADERS, OWN_HEADERS
from regdoctor.formats.raw_exchange import Headers
from regdoctor.traffic.clean_addresses import clean_address
from regdoctor.traffic.clean_credentials import Marks, clean_authorization
from regdoctor.traffic.wiping import PLACEHOLDER, is_random, scrubbed, wiped

_KEPT = frozenset(
    [
        "accept",
        "accept-encoding",
        "accept-ranges",
        "age",
        "allow",
        "alt-svc",
        "cache-control",
        "connection",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-length",
        "content-range",
        "content-type",
        "date",
        "docker-content-digest",
        "docker-distribution-api-version",
        "expect",
        "expires",
        "host",
        "keep-alive",
        "last-modified",
        "oci-chunk-max-length",
        "oci-chunk-min-length",
        "oci-filters-applied",
        "oci-subject",
        "proxy-connection",
        "range",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "retry-after",
        "server",
        "strict-transport-security",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "vary",
        "via",
        "warning",
        "x-cache",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-proto",
        "x-forwarded-ssl",
        "x-powered-by",
        "x-amz-bucket-region",
        "x-amz-date",
        "x-amz-error-code",
        "x-amz-error-message",
        "x-ms-error-code",
        "x-ms-version",
        "x-content-type-options",
        "x-frame-options",
        "gitlab-container-registry-version",
        "gitlab-container-registry-features",
        "gitlab-container-registry-database-enabled",
    ]
) | {name for _, name, start in (*OWN_HEADERS, *BUCKET_HEADERS) if start}
_WHOLE = frozenset(("docker-upload-uuid",))
_ADDRESSES = frozenset(("location", "content-location", "referer", "origin"))
_CHALLENGES = frozenset(("www-authenticate", "proxy-authenticate"))
_ETAGS = frozenset(("etag", "if-none-match", "if-match"))
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")
_DIGEST_TAG = re.compile(r'(?:W/)?"?sha256:[0-9a-f]{64}"?')
_UUID = re.compile(r"[0-9A-Za-z._=-]{1,80}")
_LINK = re.compile(r"<([^<>]{0,4096})>(.{0,200})", re.DOTALL)
_PARAMETER = re.compile(r'([\w-]{1,40})=("[^"]{0,4096}"|[^\s,"]{1,4096})')
_CHALLENGE_KEPT = frozenset(("service", "scope", "error", "error_description", "charset"))
_LONGEST = 8 * 1024
_SHORT = 200
"""Characters of a value that is worth keeping once cleaned."""


def clean_headers(headers: Headers, marks: Marks) -> Headers:
    """All of them in their order; a name that is none, or looks like a secret, is replaced as well."""
    block = marks.blocks.get(headers)
    if block is not None:
        return block
    known = marks.headers
    found = []
    for header in headers:
        clean = known.get(header)
        if clean is None:
            clean = _clean(header, marks)
        found.append(clean)
    clean_block = tuple(found)
    if all(header in known for header in headers):
        marks.blocks[headers] = clean_block
    return clean_block


def _clean(header: tuple[str, str], marks: Marks) -> tuple[str, str]:
    name, value = header
    lower = name.lower()
    clean = (_name(name), _value(lower, value[:_LONGEST], marks))
    if len(value) <= _SHORT or lower == "authorization":
        marks.headers[header] = clean
    return clean


def _name(name: str) -> str:
    return name if _NAME.fullmatch(name) and not (len(name) > 16 and is_random(name)) else "X-Redacted"


def _value(name: str, value: str, marks: Marks) -> str:
    if name == "authorization" and value:
        return clean_authorization(value, marks)[0]
    if name in _ADDRESSES:
        return clean_address(value, marks)
    if name in _KEPT:
        return value if value.isdigit() else scrubbed(value)
    if name in _WHOLE:
        return value if _UUID.fullmatch(value) and wiped(value) == value else PLACEHOLDER
    if name in _ETAGS:
        return value if _DIGEST_TAG.fullmatch(value) else PLACEHOLDER
    if name in _CHALLENGES:
        return _challenge(value)
    if name == "link":
        link = _LINK.fullmatch(value.strip())
        return f"<{clean_address(link[1])}>{scrubbed(link[2])}" if link else PLACEHOLDER
    return PLACEHOLDER if value else ""


def _challenge(value: str) -> str:
    """The realm is an address; what else is no part of a bearer challenge goes."""
    scheme, blank, rest = value.strip().partition(" ")
    if scheme.lower() not in ("bearer", "basic"):
        if not (scheme.isascii() and scheme.isalpha() and len(scheme) <= 16):
            return PLACEHOLDER if value else ""
        return f"{scheme} {PLACEHOLDER}" if rest else scheme
    return f"{scheme}{blank}{', '.join(found.strip(', ') for found in _parameters(rest))}".strip()


def _parameters(text: str) -> list[str]:
    found = []
    for match in _PARAMETER.finditer(text):
        name, value = match[1].lower(), match[2]
        if name == "realm":
            found.append(f'{match[1]}="{_realm(value.strip(chr(34)))}"')
        elif name in _CHALLENGE_KEPT:
            found.append(f"{match[1]}={_shown(name, value)}")
        else:
            found.append(f'{match[1]}="{PLACEHOLDER}"')
    return found


def _realm(value: str) -> str:
    return clean_address(value) if "://" in value or value.startswith("/") else scrubbed(value)


def _shown(name: str, value: str) -> str:
    """A scope keeps the name of a repository, even of one that looks random; what is known as a secret goes."""
    return wiped(value) if name == "scope" and value.count(":") >= 2 else scrubbed(value)
