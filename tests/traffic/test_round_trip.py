"""A cleaned recording, written and read again, is the same."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regdoctor.evidence.recorded import Recorded
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.reading import read_recordings
from regdoctor.traffic.writing import write_recording

RECORDINGS = Path(__file__).parent / "recordings"
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["Authorization", "Location", "WWW-Authenticate", "Server", "X-Own", "Content-Encoding", "Link"]
        ),
        _TEXT | st.sampled_from(["Bearer a.b.c", 'Bearer realm="https://g/a?x=y",service="s"', "gzip", "Basic eDp5"]),
    ),
    max_size=4,
).map(tuple)
_BODY = (
    st.none()
    | st.binary(max_size=60)
    | st.sampled_from(
        [b'{"errors":[{"code":"DENIED","message":"m"}]}', b'{"token":"abc.def.ghi"}', b"<html><b>502</b>", b"{}"]
    )
)
_TIME = st.none() | st.floats(0, 4e9)
_RAW = st.builds(
    RawExchange,
    id=st.uuids().map(str),
    method=st.sampled_from(["GET", "HEAD", "PUT", "PATCH", "POST"]),
    url=st.builds("https://{}/v2/{}".format, st.sampled_from(["r.example", "u:p@r:5000", "[::1]:5"]), _TEXT),
    request_headers=_HEADERS,
    request_version=st.sampled_from(["", "HTTP/1.1", "HTTP/2.0"]),
    request_body=_BODY,
    request_size=st.none() | st.integers(0, 1 << 40),
    status=st.none() | st.sampled_from([200, 204, 307, 401, 404, 502]),
    response_headers=_HEADERS,
    response_body=_BODY,
    response_size=st.none() | st.integers(0, 1 << 40),
    response_cut=st.booleans(),
    started=_TIME,
    request_ended=_TIME,
    answered=_TIME,
    ended=_TIME,
    client=st.sampled_from(["", "10.0.0.1", "fe80::1"]),
    connection=st.sampled_from(["", "c-1"]),
    server=st.sampled_from(["", "10.0.0.2:5000"]),
    verified=st.none() | st.booleans(),
    error=st.just("") | _TEXT,
    error_at=_TIME,
    expected_continue=st.booleans(),
)


def _read_again(recorded: Recorded, kind: str) -> list[object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"again.{kind}"
        write_recording([recorded], path, kind)
        return list(read_recordings([path]))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_RAW, st.sampled_from(["flow", "har"]))
def test_what_was_cleaned_comes_back_equal(raw: RawExchange, kind: str) -> None:
    recorded = clean(raw, Marks())

    assert _read_again(recorded, kind) == [recorded]


@pytest.mark.parametrize("kind", ["flow", "har"])
@pytest.mark.parametrize("name", ["push_head_refused.flow", "push_head_refused.har"])
def test_a_recording_of_mitmproxy_comes_back_equal(name: str, kind: str, tmp_path: Path) -> None:
    read = list(read_recordings([RECORDINGS / name]))
    write_recording([item for item in read if isinstance(item, Recorded)], tmp_path / "again", kind)

    assert len(read) == 4
    assert list(read_recordings([tmp_path / "again"])) == read
    assert (tmp_path / "again").stat().st_mode & 0o777 == 0o600


def test_the_bucket_and_the_same_token_are_told(tmp_path: Path) -> None:
    ping, token, head, bucket = (
        item for item in read_recordings([RECORDINGS / "push_head_refused.flow"]) if isinstance(item, Recorded)
    )

    assert (ping.exchange.status, bucket.exchange.status) == (401, 403)
    assert token.given is not None
    assert head.shown is not None
    assert token.given.mark == head.shown.mark
    assert not bucket.exchange.truncated
    assert json.loads(ping.exchange.body)["errors"][0]["code"] == "UNAUTHORIZED"
