"""What fails by HTTP/2 is tried twice; where it is not chosen, or not reached, there is nothing to judge."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.http2_answer import Http2Answer, Http2End, Http2Look
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes import http2_answer as module

Answering = Callable[..., list[str]]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Lets the looks end as given, one after another; gives the URLs that were asked."""

    def start(*ends: Http2End) -> list[str]:
        asked: list[str] = []

        def look(url: str, deadline: float) -> Http2Look:
            asked.append(url)
            failure = Failure(FailureKind.REFUSED, "r.example.com:443: connection refused")
            return Http2Look(Exchange("GET", url, failure=failure), ends[len(asked) - 1])

        monkeypatch.setattr(module, "get_by_http2", look)
        monkeypatch.setenv("NO_PROXY", "r.example.com")
        return asked

    return start


def gather(url: str | None = "https://r.example.com") -> Http2Answer:
    """The probe's evidence."""
    public = Endpoint(url, Quote("command line", "--registry")) if url else None
    found = module.http2_answer.gather(Endpoints(public, None, None, None))
    assert isinstance(found, Http2Answer)
    return found


def test_one_answer_is_enough(answering: Answering) -> None:
    asked = answering(Http2End.ANSWERED)
    assert gather().last.end is Http2End.ANSWERED
    assert asked == ["https://r.example.com/v2/"]


def test_what_fails_is_tried_again(answering: Answering) -> None:
    asked = answering(Http2End.RESET, Http2End.ANSWERED)
    assert [look.end for look in gather().looks] == [Http2End.RESET, Http2End.ANSWERED]
    assert len(asked) == 2


def test_a_server_without_http2_is_not_concerned(answering: Answering) -> None:
    answering(Http2End.NOT_CHOSEN)
    with pytest.raises(NotApplicableError, match="offers no HTTP/2"):
        gather()


def test_a_server_that_is_not_reached_tells_nothing(answering: Answering) -> None:
    answering(Http2End.NOT_REACHED)
    with pytest.raises(CouldNotGatherError, match=r"HTTP/2 was not tried: r\.example\.com:443: connection refused"):
        gather()


@pytest.mark.parametrize(("url", "reason"), [(None, "not known"), ("http://r.example.com", "speaks no TLS")])
def test_only_https_is_asked(url: str | None, reason: str, answering: Answering) -> None:
    asked = answering()
    with pytest.raises(NotApplicableError, match=reason):
        gather(url)
    assert asked == []


def test_behind_a_proxy_nothing_is_asked(answering: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answering()
    monkeypatch.setenv("NO_PROXY", "other.example.com")
    monkeypatch.setenv("no_proxy", "other.example.com")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(NotApplicableError, match="through a proxy"):
        gather()
    assert asked == []
