"""The recording while traffic goes by, and what is said of connections that made no exchange."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from regdoctor.capture.flow_exchange import Flow
from regdoctor.capture.live_telling import LiveTelling, distrust, unreachable
from regdoctor.checks.capture.capture_not_trusted import capture_not_trusted
from regdoctor.evidence.recorded import Recorded
from regdoctor.traffic.reading import read_recordings


def test_a_client_without_trust_is_told_which_store_to_use() -> None:
    words = "The client does not trust the proxy's certificate for registry.example.com (tlsv1 alert unknown ca)"
    said = distrust("registry.example.com", words, "/somewhere/mitmproxy-ca-cert.pem")
    assert "asked for registry.example.com does not trust" in said
    assert "/somewhere/mitmproxy-ca-cert.pem" in said
    assert "update-ca-certificates" in said
    assert said.endswith(f"`regdoctor explain {capture_not_trusted.name}`.")


def test_another_end_of_tls_is_not_called_distrust() -> None:
    said = distrust("", "connection closed early", "/somewhere/ca.pem")
    assert said == (
        "A client that asked for a host that it did not name ended TLS with the proxy, so nothing of it is seen: "
        "connection closed early"
    )


def test_the_same_is_noted_once_and_stands_before_the_diagnosis() -> None:
    live = LiveTelling()
    sentence = unreachable("127.0.0.1:1", "refused")
    assert live.note("server", sentence)
    assert not live.note("server", sentence)
    assert live.summary(80).startswith("The proxy got no connection to 127.0.0.1:1: refused\n")


def _flow(identifier: str) -> Flow:
    """A flow that ended, of a client that used the proxy's address."""
    message = {"headers": SimpleNamespace(fields=()), "http_version": "HTTP/1.1", "raw_content": b""}
    times = {"timestamp_start": 100.0, "timestamp_end": 101.0}
    asked = {"method": "GET", "scheme": "http", "host": "registry.example.com", "port": 80, "path": "/v2/"}
    nobody = SimpleNamespace(id="", peername=None, sockname=None, address=None, timestamp_tls_setup=None)
    return cast(
        "Flow",
        SimpleNamespace(
            id=identifier,
            live=True,
            request=SimpleNamespace(**message, **times, **asked),
            response=SimpleNamespace(**message, **times, status_code=200),
            error=None,
            client_conn=nobody,
            server_conn=nobody,
        ),
    )


def _recorded(path: Path) -> list[str]:
    return [one.id for one in read_recordings([path]) if isinstance(one, Recorded)]


def test_a_recording_that_this_process_began_is_continued_and_any_other_replaced(tmp_path: Path) -> None:
    path = tmp_path / "clean.flow"
    path.write_text("of another day")
    for identifier in ("1", "2"):
        live = LiveTelling()
        live.record_to(path)
        live.take(_flow(identifier), None, None, expected=False)
        live.close()
    assert len(_recorded(path)) == 2
    assert b"another day" not in path.read_bytes()


def test_where_the_disk_is_full_the_recording_ends_and_the_telling_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    live = LiveTelling()
    live.record_to(Path("/dev/full"))
    numbers = [taken[1].call.number for name in "12" if (taken := live.take(_flow(name), None, None, expected=False))]
    assert numbers == [1, 2]
    said = "The recording ends here, since /dev/full cannot be written: No space left on device."
    assert [record.getMessage() for record in caplog.records] == [said]
    assert live.summary(80).startswith(said)
