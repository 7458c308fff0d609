"""GET /v2/ at the public address: the answer, and where TLS fails the looks that say why."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.answers import PublicAnswer
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError
from regdoctor.probes import public_answer as module

VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}


def gather(url: str | None, door: Http) -> PublicAnswer:
    """The probe's answer."""
    at = Endpoints(Endpoint(url, Quote("", "")) if url else None, None, None, None)
    found = module.public_answer.gather(at, door)
    assert isinstance(found, PublicAnswer)
    return found


def test_one_answer_is_enough_where_it_comes(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, VERSION, b"{}"))
    found = gather(server.url, door)
    assert server.asked() == ["GET /v2/"]
    assert (found.best.is_registry, found.unverified, found.plain) == (True, None, None)


def test_a_redirect_is_shown_and_not_followed(serve: Callable[..., Any], door: Http) -> None:
    other = serve(lambda _: (200, VERSION, b"{}"))
    found = gather(serve(lambda _: (301, {"Location": f"{other.url}/v2/"}, b"")).url, door)
    assert found.ping.exchange.status == 301
    assert other.seen == []


def test_an_untrusted_certificate_is_looked_behind_without_credentials(
    serve: Callable[..., Any], tls: ssl.SSLContext, door: Http
) -> None:
    server = serve(lambda _: (401, VERSION, b"{}"), tls)
    found = gather(server.url, door)
    assert found.ping.exchange.failure is not None
    assert found.unverified is not None
    assert found.unverified.is_registry
    assert len(server.seen) == 1
    assert "Authorization" not in server.seen[0].headers


def test_a_port_without_tls_is_asked_in_plain_at_the_same_port(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (401, VERSION, b"{}"))
    found = gather(server.url.replace("http:", "https:"), door)
    assert found.plain is not None
    assert found.plain.is_registry
    assert found.plain.endpoint.url == server.url


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://registry.example.com", "http://registry.example.com:443/v2/"),
        ("https://[2001:db8::1]", "http://[2001:db8::1]:443/v2/"),
        ("https://registry.example.com:5050", "http://registry.example.com:5050/v2/"),
    ],
)
def test_without_a_port_the_plain_look_goes_to_that_of_https(url: str, plain: str) -> None:
    asked: list[str] = []

    class NoTls(Http):
        """A door behind which nobody speaks TLS."""

        def send(self, method: str, url: str, **more: Any) -> Any:
            asked.append(url)
            from regdoctor.evidence.exchange import Exchange, Failure, FailureKind

            return Exchange(method, url, failure=Failure(FailureKind.TLS, "wrong version number"))

    from regdoctor.http import TrustedCAs

    gather(url, NoTls(TrustedCAs()))
    assert asked[-1] == plain


def test_a_dead_host_is_asked_once_and_no_address_does_not_apply(door: Http, dead_url: str) -> None:
    found = gather(dead_url, door)
    assert not found.answered
    assert (found.unverified, found.plain) == (None, None)
    with pytest.raises(NotApplicableError, match="--registry URL"):
        gather(None, door)


def test_three_looks_fit_into_the_limit() -> None:
    assert module.public_answer.limit >= 3 * module._DEADLINE
