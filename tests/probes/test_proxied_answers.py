"""The requests that proxies stumble over: what is sent, where, and where nothing is sent at all."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.answers import PublicAnswer
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.proxied_answers import ProxiedAnswers
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError
from regdoctor.probes import proxied_answers as module
from regdoctor.probes.public_answer import public_answer

REGISTRY = (401, {"Docker-Distribution-Api-Version": "registry/2.0", "WWW-Authenticate": "Bearer realm=x"}, b"{}")


def gather(public: str, door: Http, internal: str | None = None) -> ProxiedAnswers:
    """The probe's answer, after that of public_answer."""
    said = Quote("", "")
    at = Endpoints(Endpoint(public, said), Endpoint(internal, said) if internal else None, None, None)
    answer = public_answer.gather(at, door)
    assert isinstance(answer, PublicAnswer)
    found = module.proxied_answers.gather(answer, at, door)
    assert isinstance(found, ProxiedAnswers)
    return found


def test_every_request_is_for_the_base_of_the_api(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: REGISTRY)

    found = gather(server.url, door)

    # The server of these tests knows no PATCH: it answers 501 by itself.
    assert sorted(server.asked()) == ["GET /v2/"] * 4 + ["HEAD /v2/"] + ["POST /v2/"] * 2
    assert set(found.by_method) == {"HEAD", "POST", "PATCH"}
    assert found.by_method["PATCH"].status == 501
    assert found.with_token_inside is None
    assert found.ping.endpoint.url == server.url


def test_bodies_are_empty_but_for_the_one_in_chunks(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: REGISTRY)

    gather(server.url, door)

    posts = [one.headers for one in server.seen if one.method == "POST"]
    assert sorted(str(headers.get("Transfer-Encoding")) for headers in posts) == ["None", "chunked"]
    assert [headers["Content-Length"] for headers in posts if "Transfer-Encoding" not in headers] == ["0"]


def test_docker_names_itself_as_docker_does(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: REGISTRY)

    gather(server.url, door)

    named = [one.headers["User-Agent"] for one in server.seen]
    assert sum(name.startswith("docker/24.0.7 go/go1.20.10 ") for name in named) == 1
    assert sum(name.startswith("regdoctor/") for name in named) == len(named) - 1


def test_what_looks_like_a_token_is_none(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: REGISTRY)

    found = gather(server.url, door)

    shown = [one.headers["Authorization"] for one in server.seen if "Authorization" in one.headers]
    assert sorted(len(value) // 1000 for value in shown) == [0, 5]
    for value in shown:
        scheme, token = value.split()
        parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")]
        assert (scheme, len(parts)) == ("Bearer", 3)
        with pytest.raises(json.JSONDecodeError):
            json.loads(parts[0])
    assert found.with_token.status == found.with_large_token.status == 401


def test_the_registrys_own_port_is_shown_the_small_token_alone(serve: Callable[..., Any], door: Http) -> None:
    inner = serve(lambda _: REGISTRY)

    found = gather(serve(lambda _: REGISTRY).url, door, inner.url)

    assert inner.asked() == ["GET /v2/"]
    assert len(inner.seen[0].headers["Authorization"]) < 200
    assert found.with_token_inside is not None
    assert found.with_token_inside.status == 401


@pytest.mark.parametrize(
    "answer", [(200, {"Content-Type": "text/html"}, b"<html></html>"), (302, {"Location": "/users/sign_in"}, b"")]
)
def test_what_is_no_registry_is_not_asked_again(
    serve: Callable[..., Any], door: Http, answer: tuple[int, dict[str, str], bytes]
) -> None:
    server = serve(lambda _: answer)

    with pytest.raises(NotApplicableError, match="no registry answers"):
        gather(server.url, door)

    assert server.asked() == ["GET /v2/"]


def test_nothing_is_shown_where_tls_is_not_verified(serve: Callable[..., Any], tls: ssl.SSLContext, door: Http) -> None:
    server = serve(lambda _: REGISTRY, tls)

    with pytest.raises(NotApplicableError, match="not verified"):
        gather(server.url, door)

    assert server.asked() == ["GET /v2/"]


def test_a_server_with_a_certificate_that_nobody_trusts_is_shown_no_token_inside(
    serve: Callable[..., Any], tls: ssl.SSLContext, door: Http
) -> None:
    inner = serve(lambda _: REGISTRY, tls)

    found = gather(serve(lambda _: REGISTRY).url, door, inner.url)

    assert inner.seen == []
    assert found.with_token_inside is not None
    assert found.with_token_inside.failure is not None


def test_what_is_down_is_not_asked(door: Http, dead_url: str) -> None:
    with pytest.raises(NotApplicableError, match="nothing answers"):
        gather(dead_url, door)


def test_the_requests_fit_into_the_limit() -> None:
    rounds = -(-8 // module._AT_ONCE)
    assert module.proxied_answers.limit >= rounds * module._DEADLINE
