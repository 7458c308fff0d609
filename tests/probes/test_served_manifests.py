"""Looking at manifests through the API: what is listed, what is refused, and names made to lead astray."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.manifest_samples import Example, ServedManifests
from regdoctor.evidence.token_source import TokenSource
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes import served_manifests as module
from regdoctor.redaction import Secret
from regdoctor.target import Login, Target

OPEN = TokenSource(False, "", "", "")
SCHEMA1 = b'{"schemaVersion": 1}'
SCHEMA2 = b'{"schemaVersion": 2}'
REFUSED = b'{"errors": [{"code": "MANIFEST_INVALID", "message": "unsupported schema 1 manifest"}]}'


class Registry:
    """Answers by path; what is not there is unknown."""

    def __init__(self, tags: dict[str, Any], **answers: Any) -> None:
        catalog = json.dumps({"repositories": list(tags)}).encode()
        self.answers: dict[str, Any] = {"/v2/_catalog?n=100": (200, {}, catalog)}
        for name, listed in tags.items():
            self.answers[f"/v2/{name}/tags/list"] = (200, {}, json.dumps({"name": name, "tags": listed}).encode())
        self.answers |= {f"/v2/{path}": answer for path, answer in answers.items()}

    def __call__(self, one: Any) -> Any:
        return self.answers.get(one.path, (404, {}, b'{"errors": [{"code": "NAME_UNKNOWN"}]}'))


def gather(url: str | None, door: Http, source: TokenSource = OPEN, **options: Any) -> ServedManifests:
    """The probe's answer."""
    at = Endpoints(Endpoint(url, Quote("", "")) if url else None, None, None, None)
    found = module.served_manifests.gather(Target(**options), at, source, door)
    assert isinstance(found, ServedManifests)
    return found


def test_manifests_of_every_repository_are_looked_at(serve: Callable[..., Any], door: Http) -> None:
    answers: dict[str, Any] = {
        "a/b/manifests/one": (200, {}, SCHEMA1),
        "a/b/manifests/two": (200, {}, SCHEMA2),
        "c/manifests/three": (400, {}, REFUSED),
        "c/manifests/four": (500, {}, b""),
    }
    server = serve(Registry({"a/b": ["one", "two"], "c": ["three", "four"], "empty": None}, **answers))
    found = gather(server.url, door)
    assert [(one.repository, one.reference, one.served) for one in found.schema1] == [
        ("a/b", "one", True),
        ("c", "three", False),
    ]
    assert (found.looked_at, found.unreadable, found.complete) == (4, 1, True)
    assert "vnd.docker.distribution.manifest.v2+json" in server.seen[2].headers["Accept"]


def test_one_repository_that_was_named_needs_no_catalog(serve: Callable[..., Any], door: Http) -> None:
    server = serve(Registry({"a/b": ["one"], "c": ["x"]}, **{"a/b/manifests/one": (200, {}, SCHEMA2)}))
    assert gather(server.url, door, repository="a/b").words == "1 manifest, which is all"
    assert server.asked() == ["GET /v2/a/b/tags/list", "GET /v2/a/b/manifests/one"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b"{}"),
        (403, b"{}"),
        (200, b"<html>"),
        (200, b'{"repositories": 5}'),
        (200, b'{"repositories": "abc"}'),
        (200, b"[]"),
    ],
)
def test_a_catalog_that_cannot_be_read_is_said(serve: Callable[..., Any], door: Http, status: int, body: bytes) -> None:
    server = serve(lambda _: (status, {}, body))
    with pytest.raises(CouldNotGatherError, match=rf"the catalog cannot be read without credentials: .* → {status}"):
        gather(server.url, door)
    assert len(server.seen) == 1


def test_a_page_of_many_is_a_sample(serve: Callable[..., Any], door: Http) -> None:
    registry = Registry({"a": ["x"]}, **{"a/manifests/x": (200, {}, SCHEMA2)})
    for path in ("/v2/_catalog?n=100", "/v2/a/tags/list"):
        whole = registry.answers[path]
        registry.answers[path] = (200, {"Link": '</v2/_catalog?last=a>; rel="next"'}, whole[2])
        assert not gather(serve(registry).url, door).complete
        registry.answers[path] = whole
    assert gather(serve(registry).url, door).complete


def test_more_tags_than_are_looked_at_make_it_a_sample(serve: Callable[..., Any], door: Http) -> None:
    found = gather(serve(Registry({"a": [f"t{number}" for number in range(60)]})).url, door)
    assert (found.looked_at, found.complete) == (50, False)


@pytest.mark.parametrize(
    "name", ["../../admin", "a/../../admin", "..", "a\r\nX-Evil: 1", "a?x=1", "a#b", "A", "", "a//b"]
)
def test_a_name_made_to_lead_astray_is_not_asked_for(serve: Callable[..., Any], door: Http, name: str) -> None:
    server = serve(Registry({name: ["x"], "good": ["x"]}, **{"good/manifests/x": (200, {}, SCHEMA2)}))
    found = gather(server.url, door)
    assert server.asked()[1:] == ["GET /v2/good/tags/list", "GET /v2/good/manifests/x"]
    assert (found.looked_at, found.complete) == (1, False)


@pytest.mark.parametrize("tag", ["../../../admin", "..", "a/b", "a\x1b[31m", "x" * 200])
def test_a_tag_made_to_lead_astray_is_not_asked_for(serve: Callable[..., Any], door: Http, tag: str) -> None:
    server = serve(Registry({"a": [tag, 5, None]}))
    found = gather(server.url, door)
    assert server.asked()[1:] == ["GET /v2/a/tags/list"]
    assert (found.looked_at, found.unreadable) == (1, 1)


def test_a_refused_list_of_tags_is_said_or_makes_it_a_sample(serve: Callable[..., Any], door: Http) -> None:
    registry = Registry({"a": ["x"], "b": ["x"]}, **{"a/manifests/x": (200, {}, SCHEMA2)})
    registry.answers["/v2/b/tags/list"] = (403, {}, b"{}")
    server = serve(registry)
    assert not gather(server.url, door).complete
    with pytest.raises(CouldNotGatherError, match=r"the tags cannot be listed without .*/b/tags/list → 403"):
        gather(server.url, door, repository="b")
    with pytest.raises(CouldNotGatherError, match=r"'\.\./x' cannot be the name of a repository"):
        gather(server.url, door, repository="../x")


def test_each_repository_has_its_own_token_and_one_called_catalog_too(serve: Callable[..., Any], door: Http) -> None:
    registry = Registry({"catalog": ["x"]}, **{"catalog/manifests/x": (200, {}, SCHEMA2)})

    def route(one: Any) -> Any:
        if one.path.startswith("/jwt"):
            scope = "registry" if "registry%3Acatalog" in one.path else "repository"
            return 200, {}, f'{{"token": "token-for-{scope}"}}'.encode()
        return registry(one)

    server = serve(route)
    login = Login("alice", Secret("correct horse", "password"))
    gather(server.url, door, TokenSource(True, server.url, f"{server.url}/jwt", "r", login=login))
    used = [one.headers["Authorization"] for one in server.seen if one.path.startswith("/v2/")]
    assert used == ["Bearer token-for-registry", "Bearer token-for-repository", "Bearer token-for-repository"]


def test_what_was_begun_in_time_ends_and_the_rest_is_left(
    serve: Callable[..., Any], door: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(Registry({"a": ["x"], "b": ["x"]}))
    monkeypatch.setattr(module, "_BUDGET", 0.0)
    found = gather(server.url, door)
    assert (found.looked_at, found.complete) == (0, False)
    assert len(server.seen) == 1


def test_the_internal_address_is_preferred_where_it_is_plain(serve: Callable[..., Any], door: Http) -> None:
    server = serve(Registry({}))
    at = Endpoints(Endpoint("https://r.invalid", Quote("", "")), Endpoint(server.url, Quote("", "")), None, None)
    assert module.served_manifests.gather(Target(), at, OPEN, door).complete
    with pytest.raises(CouldNotGatherError, match="address is not known"):
        gather(None, door)


@pytest.mark.parametrize("with_public", [True, False])
def test_no_password_goes_to_an_inner_address_elsewhere_without_tls(
    serve: Callable[..., Any], door: Http, monkeypatch: pytest.MonkeyPatch, with_public: bool
) -> None:
    public = serve(Registry({}))
    sent: list[str] = []
    send = Http.send

    def spy(self: Http, method: str, url: str, **rest: Any) -> Any:
        sent.append(url)
        return send(self, method, url, **rest)

    monkeypatch.setattr(Http, "send", spy)
    outer = Endpoint(public.url, Quote("", "")) if with_public else None
    at = Endpoints(outer, Endpoint("http://192.0.2.7:5000", Quote("", "")), None, None)
    login = Login("alice", Secret("correct horse", "password"))
    source = TokenSource(True, public.url, "", "", scheme="basic", login=login)
    if with_public:
        assert module.served_manifests.gather(Target(), at, source, door).complete
        assert all("Authorization" in one.headers for one in public.seen)
    else:
        with pytest.raises(CouldNotGatherError, match=r"the password was not sent to http://192\.0\.2\.7:5000"):
            module.served_manifests.gather(Target(), at, source, door)
    assert not any("192.0.2.7" in url for url in sent)


def test_requests_that_were_begun_in_time_fit_into_the_limit() -> None:
    assert module.served_manifests.limit >= module._BUDGET + 2 * module._DEADLINE


@pytest.mark.parametrize(
    ("config", "digest"),
    [
        ({"digest": f"sha256:{'a' * 64}"}, f"sha256:{'a' * 64}"),
        ({"digest": "sha256:../../evil"}, ""),
        ({"digest": 5}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_a_manifest_is_named_as_an_example_with_its_configuration(
    serve: Callable[..., Any], door: Http, config: object, digest: str
) -> None:
    manifest = json.dumps({"schemaVersion": 2, "config": config}).encode()
    server = serve(Registry({"a": ["one"]}, **{"a/manifests/one": (200, {}, manifest)}))
    assert gather(server.url, door).example == Example("a", "one", digest)


def test_an_image_is_a_better_example_than_an_index(serve: Callable[..., Any], door: Http) -> None:
    image = json.dumps({"schemaVersion": 2, "config": {"digest": f"sha256:{'a' * 64}"}}).encode()
    answers: dict[str, Any] = {"a/manifests/index": (200, {}, SCHEMA2), "a/manifests/image": (200, {}, image)}
    found = gather(serve(Registry({"a": ["index", "image"]}, **answers)).url, door)
    assert found.example is not None
    assert found.example.tag == "image"
