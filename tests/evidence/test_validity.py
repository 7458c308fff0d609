"""Where a look lies in a certificate's time, by one clock or by two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.served_tls import ServedCertificate, ServedTls
from regdoctor.evidence.validity import Nearness, Standing, clocks_in_words, nearness, standings, time_left
from regdoctor.formats.key_facts import CertificateFacts, KeyFacts

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEY = KeyFacts("EC P-256", "00" * 32, None, None, None, None)
ENDPOINT = Endpoint("https://registry.example.com", Quote("command line", "--registry"))


def certificate(since: float, until: float) -> ServedCertificate:
    """since, until: days from now."""
    facts = CertificateFacts("CN=a", "CN=b", "0A", NOW + timedelta(days=since), NOW + timedelta(days=until), KEY)
    return ServedCertificate(facts, "a", (), (), True, False, (), "", "PEM")


def look(ahead: timedelta | None = None) -> ServedTls:
    date = (NOW + ahead).timestamp() if ahead is not None else None
    return ServedTls("registry", ENDPOINT, NOW, server_date=date)


@pytest.mark.parametrize(
    ("since", "until", "where"),
    [(1, 2, Standing.NOT_YET), (0, 1, Standing.VALID), (-1, 0, Standing.VALID), (-2, -1, Standing.OVER)],
)
def test_first_and_last_moment_are_part_of_it(since: float, until: float, where: Standing) -> None:
    assert standings(certificate(since, until), look()) == {where}


def test_clocks_that_are_five_minutes_apart_are_one() -> None:
    almost = certificate(-10, 1 / 1440)  # a minute left
    assert standings(almost, look(timedelta(minutes=5))) == {Standing.VALID}
    assert standings(almost, look(timedelta(minutes=6))) == {Standing.VALID, Standing.OVER}


def test_nearness_needs_both_clocks() -> None:
    soon = certificate(-300, 20)
    assert nearness(soon, look()) is Nearness.SOON
    assert nearness(soon, look(timedelta(days=2))) is Nearness.SOON
    assert nearness(soon, look(timedelta(days=15))) is None
    assert nearness(certificate(-300, -1), look()) is Nearness.FAR


@pytest.mark.parametrize(
    ("left", "words"), [(5, "5 days"), (1.9, "1 day"), (0.5, "12 hours"), (0.05, "1 hour"), (-3, "0 hours")]
)
def test_what_is_left_in_words(left: float, words: str) -> None:
    assert time_left(certificate(-10, left), look()) == words


def test_the_clocks_in_words() -> None:
    assert clocks_in_words(look()) == "this machine's clock says 2026-06-01 12:00:00 UTC"
    assert clocks_in_words(look(timedelta(hours=1))).endswith(", the server's 2026-06-01 13:00:00 UTC")
