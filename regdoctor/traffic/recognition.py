"""Recognises a recorded exchange: who was asked, for what, and whether it went as such calls go."""

from __future__ import annotations

from regdoctor.distribution.api_calls import ApiCall, ApiKind, api_call
from regdoctor.distribution.challenges import parse_challenges
from regdoctor.distribution.page_authors import REGISTRY, author_of
from regdoctor.distribution.query_values import query_values
from regdoctor.distribution.scopes import parse_scopes
from regdoctor.distribution.store_links import StoreLink, blob_of_path, store_link
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.recorded import Recorded
from regdoctor.evidence.story import Story
from regdoctor.traffic.meanings import meaning_of
from regdoctor.traffic.normality import is_normal

_OWN_HEADERS = frozenset(
    (
        "docker-distribution-api-version",
        "docker-content-digest",
        "docker-upload-uuid",
        "gitlab-container-registry-version",
    )
)
"""Response headers that registries write, and nobody else but their proxies."""
_READ = frozenset((ApiKind.BLOB_HEAD, ApiKind.BLOB_GET, ApiKind.MANIFEST_HEAD, ApiKind.MANIFEST_GET))
"""What a registry may send a client on for, to where the bytes are."""
_TOKEN_PATHS = ("/jwt/auth", "/token", "/auth")
"""How the paths of known token services end: GitLab's, Harbor's and Docker Hub's, docker_auth's and Quay's."""
_S3_SCHEMES = ("aws4-hmac-sha256", "aws4-ecdsa-p256-sha256", "aws")
"""Authorization schemes of S3's Signature Versions 4, 4A and 2."""


def recognise(recorded: Recorded, number: int, story: Story) -> Call:
    """Say what an exchange was.

    number: its place in the order in which exchanges ended, from 1; story: what went before it, which is not changed.
    Never raises, whatever the exchange holds; takes time in proportion to its URL, headers and small bodies.
    """
    exchange = recorded.exchange
    sender = story.sent_to.get(exchange.url.partition("?")[0])
    part, api, link = _part(recorded, sender, story)
    sent_by = sender.number if sender else None
    seen = Call(number, recorded, part, api, link, sent_by, True, _meaning)
    return seen if is_normal(seen) else Call(number, recorded, part, api, link, sent_by, False, _meaning)


def _meaning(call: Call) -> str:
    return meaning_of(call, call.normal)


def origin_of(url: str) -> str:
    """Scheme, host and port as the URL writes them, the scheme in lower case: `https://registry.example.com:5050`.

    The same as evidence/call_answers.py has it, by which stories are kept, without the time that urlsplit takes.
    """
    scheme, mark, rest = url.partition("://")
    return f"{scheme.lower()}{mark}{rest.partition('/')[0].partition('?')[0].partition('#')[0]}"


def _part(recorded: Recorded, sender: Call | None, story: Story) -> tuple[Part, ApiCall | None, StoreLink | None]:
    exchange = recorded.exchange
    url = exchange.url
    if _is_token_service(recorded, story):
        return Part.TOKEN_SERVICE, None, None
    link = store_link(url)
    if link and (link.digest or sender is not None or not _is_browser(exchange)):
        return Part.STORE, None, link
    api = api_call(exchange.method, url)
    if api and _is_registry(exchange, api, sender, story):
        return Part.REGISTRY, api, None
    if _is_sent_to_store(sender) or _is_signed_for_s3(recorded):
        return Part.STORE, None, link
    if _is_gitlab(exchange, story):
        return Part.GITLAB, None, None
    return Part.ELSEWHERE, None, None


def _is_token_service(recorded: Recorded, story: Story) -> bool:
    """By the realm of a challenge that was recorded; else by its form, as clients know no other (token.md)."""
    exchange = recorded.exchange
    bare, _, query = exchange.url.partition("?")
    if bare in story.realms:
        return True
    if exchange.method == "POST":
        token = recorded.given.token if recorded.given else None
        known = token is not None and (bool(token.access) or _is_token_path(bare))
        return known or (_is_token_path(bare) and recorded.given is not None and not _is_browser(exchange))
    if "service=" not in query or exchange.method != "GET":
        return False
    given = query_values(query)
    if not any(name == "service" for name, _ in given):
        return False
    if any(name == "scope" and _is_registry_scope(value) for name, value in given):
        return True
    if any(name in ("account", "client_id", "offline_token") for name, _ in given) and not _is_browser(exchange):
        return True
    return recorded.given is not None or (_is_token_path(bare) and not _is_browser(exchange))


def _is_registry_scope(text: str) -> bool:
    """Other services that give tokens have scopes with colons in them, too, but no such resources."""
    return any(access.type.startswith(("repository", "registry")) for access in parse_scopes(text))


def _is_token_path(bare: str) -> bool:
    return bare.rstrip("/").endswith(_TOKEN_PATHS)


def _is_registry(exchange: Exchange, api: ApiCall, sender: Call | None, story: Story) -> bool:
    """A path alone is not enough where a browser asks, or where the API has no such call: others have a /v2/, too."""
    unknown = api.kind is ApiKind.UNKNOWN
    if unknown and blob_of_path(exchange.url.partition("?")[0]):
        return False
    if not (unknown and api.before) and origin_of(exchange.url) in story.registries:
        return True
    if _answers_as_registry(exchange):
        return True
    if unknown:
        return False
    if sender is not None and sender.part is Part.REGISTRY:
        return True
    if _is_browser(exchange):
        return False
    # A proxy may serve the registry under a path, but GitLab asks its own API at the root alone.
    return api.kind is not ApiKind.GITLAB or not api.before


def _answers_as_registry(exchange: Exchange) -> bool:
    if exchange.status is None:
        return False
    if not _OWN_HEADERS.isdisjoint([name.lower() for name, _ in exchange.headers]):
        return True
    if exchange.status < 400:
        return False
    if any(found.is_bearer and found.service for found in parse_challenges(exchange.header_all("WWW-Authenticate"))):
        return True
    author = author_of(exchange.status, exchange.headers, exchange.body)
    return author is not None and author.name == REGISTRY


def _is_sent_to_store(sender: Call | None) -> bool:
    """Whether the answer that led here is one that sends a client to a bucket, or on from one."""
    if sender is None or sender.status is None or not 300 <= sender.status < 400:
        return False
    return sender.part is Part.STORE or (sender.part is Part.REGISTRY and sender.kind in _READ)


def _is_signed_for_s3(recorded: Recorded) -> bool:
    """A registry's own calls of its bucket, where the recorder stands behind it; not Amazon's other services."""
    if recorded.shown is None or recorded.shown.scheme.lower() not in _S3_SCHEMES:
        return False
    host = origin_of(recorded.exchange.url).lower().partition("://")[2].partition(":")[0]
    return ".amazonaws." not in host or any(label.startswith("s3") for label in host.split("."))


def _is_gitlab(exchange: Exchange, story: Story) -> bool:
    if exchange.header("X-Gitlab-Meta") is not None:
        return True
    if "/api/v4/" not in exchange.url.partition("?")[0]:
        return False
    origin = origin_of(exchange.url)
    return any(origin_of(realm) == origin for realm in story.realms)


def _is_browser(exchange: Exchange) -> bool:
    return any(_from_browser(name.lower(), value) for name, value in exchange.request_headers if isinstance(value, str))


def _from_browser(name: str, value: str) -> bool:
    return name.startswith("sec-fetch-") or (name == "user-agent" and value.startswith("Mozilla/"))
