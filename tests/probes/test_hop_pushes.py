"""Each hop that answers by a trusted connection is pushed through, in both manners, within its share of the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.hops import Asked, Hop, HopKind, Purpose
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import TrialPush
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.hop_pushes import push_through
from regdoctor.redaction import Secret
from regdoctor.target import Login

OPEN = TokenSource(False, "", "", "")
NONE = Absent("none here", applicable=False)
Pushed = list[dict[str, Any]]


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pushed:
    """What would be pushed, in order; nothing is."""
    calls: Pushed = []

    def push(endpoint: Any, repository: str, **options: Any) -> TrialPush:
        calls.append({"url": endpoint.url, "repository": repository, **options})
        return TrialPush(endpoint, options["manner"], repository, options["size"], ())

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("regdoctor.probes.hop_pushes.push_trial", push)
    return calls


def hop(kind: HopKind, url: str, status: int | None = 200, verified: bool | None = None) -> Hop:
    exchange = Exchange("GET", f"{url}/v2/", status=status, verified=verified)
    return Hop((kind,), url, Quote("test", url), (Asked(Purpose.REQUEST, exchange),))


def through(door: Http, *hops: Hop, seconds: float = 60.0, source: TokenSource = OPEN) -> tuple[Hop, ...]:
    end = time.monotonic() + seconds
    return push_through(hops, "a", 2000, door=door, source=source, installation=NONE, config=NONE, end=end)


def test_both_manners_go_through_every_hop_of_the_way(door: Http, pushed: Pushed) -> None:
    hops = through(
        door,
        hop(HopKind.PUBLIC, "https://r.example", verified=True),
        hop(HopKind.TOKEN, "https://gitlab.example"),
        hop(HopKind.REGISTRY, "http://127.0.0.1:5000"),
    )

    assert [(one["url"], one["manner"].value, one["public"]) for one in pushed] == [
        ("https://r.example", "monolithic", True),
        ("https://r.example", "chunked", True),
        ("http://127.0.0.1:5000", "monolithic", False),
        ("http://127.0.0.1:5000", "chunked", False),
    ]
    assert [len(one.pushes) for one in hops] == [2, 0, 2]


def test_the_time_is_shared_out(door: Http, pushed: Pushed) -> None:
    through(door, hop(HopKind.PUBLIC, "http://r.example"), seconds=60.0)

    assert pushed[0]["deadline"] == pytest.approx(30, abs=1)
    assert pushed[1]["deadline"] == pytest.approx(60, abs=1)


@pytest.mark.parametrize(
    "closed",
    [
        hop(HopKind.PUBLIC, "https://r.example", status=None),
        hop(HopKind.PUBLIC, "https://r.example", verified=False),
        Hop((HopKind.PUBLIC,), not_tried="not known"),
    ],
)
def test_nothing_goes_to_what_does_not_answer_or_is_not_verified(door: Http, pushed: Pushed, closed: Hop) -> None:
    assert through(door, closed) == (closed,)
    assert pushed == []


def test_no_password_goes_in_the_clear_to_an_inner_hop(door: Http, pushed: Pushed) -> None:
    login = Login("alice", Secret("correct horse", "password"))
    source = TokenSource(True, "http://r.example", "", "", scheme="basic", login=login)
    way = (
        hop(HopKind.PUBLIC, "http://r.example"),
        hop(HopKind.UPSTREAM, "http://10.0.0.5:5000"),
        hop(HopKind.REGISTRY, "http://127.0.0.1:5000"),
    )

    through(door, *way, source=source)
    assert {one["url"] for one in pushed} == {"http://r.example", "http://127.0.0.1:5000"}

    through(door, *way, source=TokenSource(True, "http://r.example", "https://t.example", "r", login=login))
    assert "http://10.0.0.5:5000" in {one["url"] for one in pushed}  # a token ends by itself


def test_without_a_place_for_the_ledger_nothing_is_pushed(
    door: Http, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, serve: Callable[..., Any]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    server = serve(lambda one: (404, {}, b""))

    with pytest.raises(CouldNotGatherError, match="nothing was pushed"):
        through(door, hop(HopKind.PUBLIC, server.url))

    assert server.asked() == []
