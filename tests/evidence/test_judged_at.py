"""The span in which a registry judged, by its own clock or by the Date of its answer."""

from __future__ import annotations

from regdoctor.evidence.clocks import Reading
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.judged_at import judged_at

NOW = 1_700_000_000.0
DATE = ("Date", "Tue, 14 Nov 2023 22:13:20 GMT")


def answer(*headers: tuple[str, str], started: float = NOW, seconds: float = 0.0) -> Exchange:
    return Exchange("GET", "https://r/v2/", status=401, headers=headers, started=started, seconds=seconds)


def test_a_date_is_cut_to_the_second_and_written_after_the_judgement() -> None:
    at = judged_at(answer(DATE, ("Server", "nginx"), started=0.0, seconds=2.0), None)
    assert at is not None
    assert (at.earliest, at.latest, at.direct) == (NOW - 2, NOW + 1, False)
    assert at.quote.quote == "Date: Tue, 14 Nov 2023 22:13:20 GMT (Server: nginx)"
    assert at.words == "2023-11-14T22:13:18Z by the Date of its answer, which may be a proxy's"


def test_a_direct_reading_comes_before_the_date_of_whoever_answered() -> None:
    reading = Reading.of("registry", answer(DATE, started=NOW - 100), direct=True)
    at = judged_at(answer(started=NOW + 50, seconds=1.0), reading)
    assert at is not None
    assert (at.earliest, at.latest, at.direct) == (NOW + 150, NOW + 152, True)


def test_without_a_date_of_now_there_is_no_time() -> None:
    reading = Reading.of("registry", answer(DATE))
    assert judged_at(answer(), reading) is None
    assert judged_at(answer(DATE, ("Age", "30")), reading) is None
    assert judged_at(answer(("Date", "yesterday")), None) is None
