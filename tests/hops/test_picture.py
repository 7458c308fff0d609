"""The ladder: the sentence first, 80 columns whatever the names are, and nothing that moves the terminal."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.addresses import Addresses, AddressLook
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.hops import Hop, HopKind, Hops
from regdoctor.hops.picture import picture
from regdoctor.hops.rows import walk_of
from tests.hops.conftest import URLS, envelope, hop, page, pushed, untried, walk

GOLDEN = Path(__file__).parent.parent / "golden"
K = HopKind


@pytest.fixture
def broken(healthy: dict[HopKind, Hop]) -> Hops:
    """A bucket that refuses, seen through all."""
    endpoint = Endpoint(URLS[K.PUBLIC], Quote("test", ""))
    unreachable = Failure(FailureKind.UNREACHABLE, "no route")
    looks = (AddressLook("2001:db8::7", 0.1, unreachable), AddressLook("192.0.2.7", 0.01))
    public = dataclasses.replace(envelope(K.PUBLIC, 500, "UNKNOWN"), addresses=Addresses(endpoint, looks))
    left = dataclasses.replace(pushed(K.REGISTRY), left=("the tag's folder, for storage is out of reach",))
    return walk(
        public,
        healthy[K.TOKEN],
        untried(K.UPSTREAM),
        dataclasses.replace(envelope(K.REGISTRY, 500, "UNKNOWN"), pushes=(left,)),
        healthy[K.DEBUG],
        hop(K.STORAGE, 403, b""),
    )


def test_the_picture_is_as_agreed(broken: Hops) -> None:
    assert picture(walk_of(broken)) == (GOLDEN / "hops.txt").read_text("utf-8")


def test_the_first_line_is_the_sentence(broken: Hops) -> None:
    assert picture(walk_of(broken), 400).splitlines()[0] == walk_of(broken).sentence


def test_long_names_are_cut_in_the_middle_and_every_line_fits(healthy: dict[HopKind, Hop]) -> None:
    long = "registry." + "very-long-name." * 12 + "example.com"
    public = dataclasses.replace(
        page(K.PUBLIC, 502), url=f"https://{long}:5050", not_tried="", pushes=(pushed(K.PUBLIC, f"see {long}" * 9),)
    )
    shown = picture(walk_of(walk(public, *(healthy[kind] for kind in (K.TOKEN, K.REGISTRY)))))

    assert max(map(len, shown.splitlines())) <= 80
    assert re.search(r"https://re[a-z.-]*…[a-z.-]*\.com:5050", shown)


def test_colour_comes_only_where_it_is_wanted_and_changes_no_word(broken: Hops) -> None:
    plain, coloured = picture(walk_of(broken)), picture(walk_of(broken), colour=True)

    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    assert coloured != plain


def test_a_server_cannot_command_the_terminal() -> None:
    nasty = b'{"errors": [{"code": "UNKNOWN", "message": "\\u001b]0;owned\\u0007\\r\\u009b2J"}]}'
    shown = picture(walk_of(walk(hop(K.PUBLIC, 500, nasty, ("Content-Type", "application/json")))))

    assert "owned" in shown
    assert not {"\x1b", "\x07", "\r", "\x9b"} & set(shown)


def test_why_nothing_was_pushed_is_told(healthy: dict[HopKind, Hop]) -> None:
    shown = picture(walk_of(dataclasses.replace(walk(*healthy.values()), not_pushed="no token is to be had")))

    assert shown.endswith("\nNothing was pushed: no token is to be had\n")
