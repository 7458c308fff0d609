"""The walk asks each hop the same, sends no credentials astray, and follows no registry to where it must not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.distribution.digests import digest_of
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.hops import HopKind, Hops, Purpose
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.hops import NEEDED, Wish, walk
from regdoctor.redaction import Secret
from regdoctor.target import Login, Target

OPEN = TokenSource(False, "", "", "")
CONFIG = str(digest_of(b"config"))
MANIFEST = json.dumps({"schemaVersion": 2, "config": {"digest": CONFIG}, "layers": []}).encode()
NONE = Absent("none here", applicable=False)
API = {"Docker-Distribution-Api-Version": "registry/2.0"}


def registry(location: str = "") -> Callable[[Any], Any]:
    """A registry with the image a:latest; location: where it sends clients for blobs."""

    def answer(one: Any) -> Any:
        path = one.path.partition("?")[0]
        if path in ("/v2/", "/v2"):
            return 200, API, b"{}"
        if path == "/v2/_catalog":
            return 200, {}, b'{"repositories": ["../x", "a"]}'
        if path == "/v2/a/tags/list":
            return 200, {}, b'{"tags": ["1", "latest", "2"]}'
        if path == "/v2/a/manifests/latest":
            return 200, {}, MANIFEST
        if path == f"/v2/a/blobs/{CONFIG}":
            return (307, {"Location": location}, b"") if location else (200, {}, b"")
        return 404, {}, b'{"errors": [{"code": "NAME_UNKNOWN"}]}'

    return answer


def at(url: str | None) -> Endpoint | None:
    return Endpoint(url, Quote("test", url)) if url else None


def walked(
    door: Http,
    public: str | None,
    internal: str | None = None,
    source: TokenSource | Absent = OPEN,
    wish: Wish | None = None,
    **evidence: Any,
) -> Hops:
    known: dict[type, Any] = dict.fromkeys(NEEDED, NONE)
    known |= {Http: door, Endpoints: Endpoints(at(public), at(internal), None, None), TokenSource: source}
    return walk(Target(), known, wish or Wish(), time.monotonic() + 20)


def requests(server: Any) -> list[str]:
    return [one for one in server.asked() if "manifests" in one]


def test_the_same_manifest_is_asked_at_public_url_upstream_and_port(serve: Callable[..., Any], door: Http) -> None:
    public, upstream, internal = (serve(registry()) for _ in range(3))

    hops = walked(door, public.url, internal.url, wish=Wish(upstream=upstream.url))

    assert hops.request == "GET /v2/a/manifests/latest"
    for server in (public, upstream, internal):
        assert requests(server) == ["GET /v2/a/manifests/latest"]
    assert [hop.kind.value for hop in hops.hops] == ["public", "token", "upstream", "registry", "debug", "storage"]


def test_the_upstream_is_told_what_a_proxy_tells(serve: Callable[..., Any], door: Http) -> None:
    upstream = serve(registry())

    walked(door, "https://registry.invalid:5050", wish=Wish(upstream=upstream.url))

    (asked,) = [one for one in upstream.seen if one.path == "/v2/"]
    assert asked.headers["Host"] == "registry.invalid:5050"
    assert asked.headers["X-Forwarded-Proto"] == "https"


def test_hops_at_one_address_are_one(serve: Callable[..., Any], door: Http) -> None:
    server = serve(registry())

    hops = walked(door, server.url.replace("127.0.0.1", "localhost"), server.url, wish=Wish(upstream=server.url))

    assert hops.hops[0].kinds == (HopKind.PUBLIC, HopKind.UPSTREAM, HopKind.REGISTRY)
    assert len(requests(server)) == 1


def test_the_client_is_followed_to_the_storage_with_its_method_and_no_credentials(
    serve: Callable[..., Any], door: Http
) -> None:
    bucket = serve(lambda one: (403 if one.method == "HEAD" else 206, {}, b""))
    server = serve(registry(f"{bucket.url}/blobs/x?X-Amz-Signature=abc"))
    source = TokenSource(
        True, server.url, server.url, "s", scheme="basic", login=Login("me", Secret("hunter22", "password"))
    )

    hops = walked(door, server.url, source=source)

    assert bucket.asked() == ["HEAD /blobs/x?X-Amz-Signature=abc", "GET /blobs/x?X-Amz-Signature=abc"]
    assert all("Authorization" not in one.headers for one in bucket.seen)
    assert any("Authorization" in one.headers for one in server.seen)
    storage = hops.hop(HopKind.STORAGE)
    assert storage is not None
    assert (storage.url, [one.exchange.status for one in storage.asked]) == (bucket.url, [403, 206])
    assert {one.purpose for one in storage.asked} == {Purpose.REDIRECTED}


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "http://[",
        "http://0.0.0.0/x",
        "javascript:0",
        "http://[::ffff:169.254.169.254]/",
    ],
)
def test_no_registry_leads_the_walk_to_metadata_or_files(serve: Callable[..., Any], door: Http, location: str) -> None:
    hops = walked(door, serve(registry(location)).url)

    storage = hops.hop(HopKind.STORAGE)
    assert storage is not None
    assert not [one for one in storage.asked if one.exchange.status is not None]


def test_a_request_that_is_sent_on_is_followed_once_without_credentials(serve: Callable[..., Any], door: Http) -> None:
    mirror = serve(registry())
    server = serve(lambda one: (307, {"Location": f"{mirror.url}{one.path}"}, b""))
    source = TokenSource(
        True, server.url, server.url, "s", scheme="basic", login=Login("me", Secret("hunter22", "password"))
    )

    hops = walked(door, server.url, source=source, wish=Wish("a", "latest"))

    assert [(one.purpose, one.exchange.status) for one in hops.hops[0].asked] == [
        (Purpose.REQUEST, 307),
        (Purpose.FOLLOWED, 200),
    ]
    assert requests(mirror) == ["GET /v2/a/manifests/latest"]
    assert "Authorization" in server.seen[0].headers
    assert all("Authorization" not in one.headers for one in mirror.seen)


def test_why_a_login_was_not_used_is_said(serve: Callable[..., Any], door: Http) -> None:
    target = Target(login=Login("me", Secret("hunter22", "password")))
    known: dict[type, Any] = dict.fromkeys(NEEDED, NONE)
    known |= {Http: door, Endpoints: Endpoints(at(serve(registry()).url), None, None, None)}
    known[TokenSource] = Absent("the password was not sent")

    hops = walk(target, known, Wish(), time.monotonic() + 20)

    assert hops.asked_as == "without credentials (the password was not sent)"


def test_names_that_lead_astray_are_not_asked_for(serve: Callable[..., Any], door: Http) -> None:
    server = serve(registry())

    walked(door, server.url)

    assert not [one for one in server.asked() if ".." in one]


def test_without_a_login_a_token_for_nobody_is_tried_as_docker_does(serve: Callable[..., Any], door: Http) -> None:
    realm = serve(lambda one: (200, {}, b'{"token": "for-nobody"}'))
    server = serve(registry())
    source = TokenSource(True, server.url, f"{realm.url}/auth", "s")

    hops = walked(door, server.url, source=source, wish=Wish("a", "latest"))

    (asked,) = [one for one in server.seen if "manifests" in one.path]
    assert asked.headers["Authorization"] == "Bearer for-nobody"
    assert (hops.asked_as, hops.hops[0].asked[0].logged_in) == ("anonymously", False)
    assert "repository%3Aa%3Apull" in realm.asked()[0]


def test_a_password_goes_over_no_plain_network_to_an_inner_hop(
    serve: Callable[..., Any], door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(registry())
    monkeypatch.setattr("regdoctor.distribution.web_addresses.is_loopback", lambda host: False)
    source = TokenSource(True, "", "", "s", scheme="basic", login=Login("me", Secret("hunter22", "password")))

    walked(door, None, server.url, source=source, wish=Wish("a", "latest"))

    assert requests(server)
    assert all("Authorization" not in one.headers for one in server.seen)


def test_an_upstream_that_only_the_proxy_can_resolve_is_not_tried(serve: Callable[..., Any], door: Http) -> None:
    hops = walked(door, serve(registry()).url, wish=Wish(upstream="http://registry.invalid:5000"))

    upstream = hops.hop(HopKind.UPSTREAM)
    assert upstream is not None
    assert upstream.not_tried == "registry.invalid does not resolve from here"


def test_a_certificate_that_does_not_verify_gets_a_second_look_without_credentials(
    serve: Callable[..., Any], door: Http, tls: Any
) -> None:
    server = serve(registry(), tls)
    login = Login("me", Secret("hunter22", "password"))
    source = TokenSource(True, server.url, "", "s", scheme="basic", login=login)

    hops = walked(door, server.url, source=source, wish=Wish("a", "latest"))

    first, again = hops.hops[0].asked[:2]
    assert first.exchange.failure is not None
    assert again.exchange.status == 200
    assert all("Authorization" not in one.headers for one in server.seen)


def test_without_any_address_there_is_nothing_to_walk(door: Http) -> None:
    with pytest.raises(CouldNotGatherError, match="none here"):
        walk(Target(), dict.fromkeys(NEEDED, NONE) | {Http: door}, Wish(), time.monotonic() + 5)


def test_a_push_without_a_token_source_says_why(serve: Callable[..., Any], door: Http) -> None:
    hops = walked(door, serve(registry()).url, source=Absent("the registry gave no challenge"), wish=Wish(push=True))

    assert hops.not_pushed == "the registry gave no challenge"
