"""GET /v2/ where the registry itself listens."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError
from regdoctor.probes import internal_answer as module


def at(url: str | None) -> Endpoints:
    """The address."""
    return Endpoints(None, Endpoint(url, Quote("", "")) if url else None, None, None)


def test_it_is_asked_once_without_credentials_whatever_its_certificate(
    serve: Callable[..., Any], tls: ssl.SSLContext, door: Http
) -> None:
    for context in (None, tls):
        server = serve(lambda _: (401, {"Docker-Distribution-Api-Version": "registry/2.0"}, b"{}"), context)
        assert module.internal_answer.gather(at(server.url), door).ping.is_registry
        assert server.asked() == ["GET /v2/"]
        assert "Authorization" not in server.seen[0].headers


def test_a_dead_one_is_told_and_none_does_not_apply(door: Http, dead_url: str) -> None:
    assert module.internal_answer.gather(at(dead_url), door).ping.exchange.failure is not None
    with pytest.raises(NotApplicableError, match="cannot be asked from here"):
        module.internal_answer.gather(at(None), door)


def test_the_request_fits_into_the_limit() -> None:
    assert module.internal_answer.limit >= module._DEADLINE
