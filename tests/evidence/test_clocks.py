"""A clock is read from a Date header with the uncertainty that belongs to it."""

from __future__ import annotations

from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.evidence.clocks import Clocks, Reading, party_of
from regdoctor.evidence.exchange import Exchange

URL = "https://gitlab.example.com/jwt/auth"


@given(
    true_offset=st.floats(-1e6, 1e6),
    started=st.floats(1.6e9, 1.8e9),
    seconds=st.floats(0, 30),
    share=st.floats(0, 1),
)
def test_the_true_offset_is_always_within_the_uncertainty(
    true_offset: float, started: float, seconds: float, share: float
) -> None:
    # The server writes its own time, cut to seconds, at some moment between question and answer.
    written = started + share * seconds + true_offset
    exchange = Exchange(
        "GET", URL, headers=(("Date", formatdate(int(written), usegmt=True)),), started=started, seconds=seconds
    )
    reading = Reading.of("GitLab", exchange)
    assert reading is not None
    assert abs(reading.offset - true_offset) <= reading.uncertainty + 1e-6
    assert reading.uncertainty == pytest.approx((1 + seconds) / 2)


@pytest.mark.parametrize(("age", "readable"), [(None, True), ("0", True), ("1", False), ("86400", False), ("x", False)])
def test_what_a_cache_may_have_kept_is_not_read(age: str | None, readable: bool) -> None:
    headers = [("Date", "Tue, 14 Nov 2023 22:13:20 GMT")] + ([("Age", age)] if age else [])
    exchange = Exchange("GET", URL, headers=tuple(headers), started=1_700_000_000.0)
    assert (Reading.of("GitLab", exchange) is not None) == readable


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_without_a_date_there_is_no_reading(date: str | None) -> None:
    headers = (("Date", date),) if date is not None else ()
    assert Reading.of("registry", Exchange("GET", URL, headers=headers)) is None


def test_the_quotation_shows_header_server_and_offset() -> None:
    headers = (("Date", "Tue, 14 Nov 2023 22:23:20 GMT"), ("Server", "nginx"))
    reading = Reading.of("GitLab", Exchange("GET", URL, headers=headers, started=1_700_000_000.0))
    assert reading is not None
    assert reading.words == "GitLab +600.5 s ± 0.5 s"
    assert reading.quote().quote == (
        "Date: Tue, 14 Nov 2023 22:23:20 GMT (Server: nginx): GitLab +600.5 s ± 0.5 s, against this machine's clock"
    )
    assert reading.quote().source == URL


def test_the_reason_for_an_unread_clock_is_found_by_its_owner() -> None:
    clocks = Clocks(None, None, None, ("registry (r): refused", "object store (s): no Date header"))
    assert clocks.why_unread("object store") == "object store (s): no Date header"
    assert clocks.why_unread("GitLab") == ""


@pytest.mark.parametrize(
    ("realm", "party"),
    [
        (URL, "GitLab"),
        ("https://example.com/gitlab/jwt/auth/", "GitLab"),
        ("https://gitlab.example.com/jwt/auth?x=1", "GitLab"),
        ("https://harbor.example.com/service/token", "token service"),
        ("https://auth.docker.io/token?for=/jwt/auth", "token service"),
    ],
)
def test_gitlab_is_told_by_the_path_of_its_realm(realm: str, party: str) -> None:
    assert party_of(realm) == party


@pytest.mark.parametrize("direct", [True, False])
def test_a_reading_knows_whether_the_party_itself_was_asked(direct: bool) -> None:
    exchange = Exchange("GET", URL, headers=(("Date", "Tue, 14 Nov 2023 22:13:20 GMT"),))
    reading = Reading.of("registry", exchange, direct=direct)
    assert reading is not None
    assert reading.direct is direct
