"""The debug server's pages, and whether they are to be had from outside."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.http import Http
from regdoctor.probe import NotApplicableError
from regdoctor.probes import debug_server as module


def gather(debug: str | None, public: str | None, door: Http) -> DebugServer:
    """The probe's answer."""
    at = [Endpoint(url, Quote("", "")) if url else None for url in (public, debug)]
    found = module.debug_server.gather(Endpoints(at[0], None, at[1], None), door)
    assert isinstance(found, DebugServer)
    return found


def test_each_page_is_asked_and_the_public_address_for_the_report_alone(serve: Callable[..., Any], door: Http) -> None:
    debug, public = serve(lambda _: (200, {}, b"{}")), serve(lambda _: (404, {}, b""))
    found = gather(debug.url, public.url, door)
    assert debug.asked() == ["GET /debug/health", "GET /debug/vars", "GET /debug/pprof/"]
    assert public.asked() == ["GET /debug/health"]
    assert found.problems == {}
    assert found.health_at_public_address is not None
    assert found.health_at_public_address.status == 404
    assert all("Authorization" not in one.headers for one in debug.seen + public.seen)


def test_a_server_that_does_not_answer_is_asked_once(serve: Callable[..., Any], door: Http, dead_url: str) -> None:
    found = gather(dead_url, None, door)
    assert found.health.failure is not None
    assert found.variables is found.health
    assert found.profiles is found.health
    assert found.health_at_public_address is None


def test_the_same_address_is_not_asked_twice(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b"{}"))
    assert gather(server.url, server.url, door).health_at_public_address is None
    assert len(server.seen) == 3


def test_its_certificate_is_not_the_question(serve: Callable[..., Any], tls: ssl.SSLContext, door: Http) -> None:
    assert gather(serve(lambda _: (200, {}, b"{}"), tls).url, None, door).problems == {}


def test_without_one_it_does_not_apply(door: Http) -> None:
    with pytest.raises(NotApplicableError, match=r"http\.debug\.addr"):
        gather(None, "http://127.0.0.1:9", door)


def test_four_requests_fit_into_the_limit() -> None:
    assert module.debug_server.limit >= 4 * module._DEADLINE
