"""Health reports, expvar and pprof are told from other pages."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.debug_server import DebugServer, problems_in
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind

URL = "http://127.0.0.1:5001"


def _exchange(status: int, body: bytes) -> Exchange:
    return Exchange("GET", URL, status=status, body=body)


def _server(health: Exchange, variables: Exchange, profiles: Exchange, public: Exchange | None = None) -> DebugServer:
    return DebugServer(Endpoint(URL, Quote("x", "y")), health, variables, profiles, public)


@pytest.mark.parametrize(
    ("status", "body", "problems"),
    [
        (200, b"{}", {}),
        (503, b'{"storagedriver_s3":"refused"}', {"storagedriver_s3": "refused"}),
        (503, b'{"redis:6379":"a","http://x/":"b"}', {"redis:6379": "a", "http://x/": "b"}),
        (200, b'{"status":"ok"}', None),
        (503, b"{}", None),
        (503, b'{"errors":[{"code":"UNAVAILABLE"}]}', None),
        (503, b'{"retry": 5}', None),
        (404, b"{}", None),
        (200, b"[]", None),
        (200, b"<html>", None),
        (200, b"", None),
    ],
)
def test_a_health_report_is_what_distribution_writes(status: int, body: bytes, problems: dict[str, str] | None) -> None:
    assert problems_in(_exchange(status, body)) == problems


def test_a_report_that_broke_off_is_none() -> None:
    failure = Failure(FailureKind.RESET, "closed")
    assert problems_in(Exchange("GET", URL, status=200, body=b"{}", failure=failure)) is None


def test_expvar_and_pprof_are_known_by_what_they_always_show() -> None:
    shown = _server(_exchange(200, b"{}"), _exchange(200, b'{"cmdline":[]}'), _exchange(200, b"<title>/debug/pprof/"))
    assert shown.shows_variables
    assert shown.shows_profiles
    hidden = _server(_exchange(200, b"{}"), _exchange(404, b'{"cmdline":[]}'), _exchange(404, b"/debug/pprof/"))
    assert not hidden.shows_variables
    assert not hidden.shows_profiles
    page = _server(_exchange(200, b"{}"), _exchange(200, b"<html>"), _exchange(200, b"<html>"))
    assert not page.shows_variables
    assert not page.shows_profiles


def test_variables_beyond_the_cap_are_still_known() -> None:
    cut = Exchange("GET", URL, status=200, body=b'{"cmdline": ["registry"], "memst', truncated=True)
    assert _server(_exchange(200, b"{}"), cut, cut).shows_variables


@pytest.mark.parametrize(
    ("public", "exposed"),
    [
        (None, False),
        (_exchange(200, b"{}"), True),
        (_exchange(503, b'{"storagedriver_s3":"x"}'), True),
        (_exchange(503, b'{"message":"no upstream"}'), False),
        (_exchange(404, b"404 page not found"), False),
    ],
)
def test_the_report_at_the_public_address(public: Exchange | None, exposed: bool) -> None:
    health = _exchange(200, b"{}")
    assert _server(health, health, health, public).is_public == exposed
