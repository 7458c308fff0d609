"""A connection that the server closed while a layer went up is told; what a client gave up is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regdoctor.checks.capture.answer_lost_in_capture import answer_lost_in_capture
from regdoctor.evidence.exchange import Failure, FailureKind
from tests.checks.told_in_traffic import told
from tests.traffic.seen_exchanges import API, PAGE, exchanged

if TYPE_CHECKING:
    from tests.checks.conftest import Given

PIECE = "PATCH /v2/a/blobs/uploads/u"
CLOSED = Failure(FailureKind.RESET, "server closed connection")
GIVEN_UP = Failure(FailureKind.RESET, "peer closed connection without sending complete message body (received 1)")


def test_the_recorders_own_502_and_an_error_are_told() -> None:
    page = exchanged(PIECE, 502, (), PAGE, by_recorder="502 Bad Gateway server closed connection", request_size=4096)
    error = exchanged(PIECE, None, (), failure=CLOSED)

    [first, second] = told(answer_lost_in_capture, page, error)
    assert "and 4,096 bytes" in first.message
    assert second.evidence[1].quote == "server closed connection"


def test_a_client_that_gave_up_a_proxys_502_and_a_read_are_not_told() -> None:
    assert not told(answer_lost_in_capture, exchanged(PIECE, None, (), failure=GIVEN_UP))
    assert not told(answer_lost_in_capture, exchanged(PIECE, 502, (), PAGE), exchanged(PIECE, 202))
    assert not told(answer_lost_in_capture, exchanged("GET /v2/", None, (), failure=CLOSED))


def test_trailers_that_the_recorder_does_not_pass_on_are_told_and_another_broken_answer_is_not() -> None:
    cut = Failure(FailureKind.RESET, "HTTP/1 protocol error: peer closed connection (incomplete chunked read)")
    announced = (*API, ("Trailer", "X-Checksum"))

    [fail] = told(answer_lost_in_capture, exchanged("GET /v2/a/manifests/1", 200, announced, failure=cut))
    assert "the trailers X-Checksum" in fail.message
    assert not told(answer_lost_in_capture, exchanged("GET /v2/a/manifests/1", 200, API, failure=cut))
    assert not told(answer_lost_in_capture, exchanged("GET /v2/a/manifests/1", 200, announced))


def test_without_a_recording_it_is_skipped(given: Given) -> None:
    assert "regdoctor capture" in given.skips(answer_lost_in_capture)
