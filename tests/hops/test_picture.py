"""The ladder: the sentence first, 80 columns whatever the names are, and nothing that moves the terminal."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.addresses import Addresses, AddressLook
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.hops import Asked, Hop, HopKind, Hops, Purpose
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
    why = "no token is to be had"
    fine = picture(walk_of(dataclasses.replace(walk(*healthy.values()), not_pushed=why)))
    refused = walk(*(healthy | {K.PUBLIC: page(K.PUBLIC, 403)}).values())
    at_fault = picture(walk_of(dataclasses.replace(refused, not_pushed=why)))

    assert fine.startswith("Nothing was pushed: no token is to be had; every hop is fine.\n")
    assert fine.count(why) == 1
    assert at_fault.startswith("The 403 starts at nginx; ")
    assert at_fault.endswith("\nNothing was pushed: no token is to be had\n")


def test_what_stays_is_told_whole_with_each_command_on_one_line(healthy: dict[HopKind, Hop]) -> None:
    names = [
        f"skopeo delete docker://registry.example.com/group/a-project/image:trial-{number:030}" for number in (1, 2)
    ]
    command = "; ".join(names)
    line = f"an image with 2 blobs: {'a long reason ' * 40}; run `{command}`, and then `registry garbage-collect x`"
    left = dataclasses.replace(pushed(K.PUBLIC), left=(line,), image_left=True)
    shown = picture(walk_of(walk(*(healthy | {K.PUBLIC: dataclasses.replace(hop(K.PUBLIC), pushes=(left,))}).values())))

    assert "Every hop is fine; 1 image stays in the registry: see below." in " ".join(shown.splitlines()[:2])
    assert [one for one in shown.splitlines() if f"`{command}`" in one]
    assert [one for one in shown.splitlines() if "`registry garbage-collect x`" in one]
    assert shown.count("a long reason") + shown.count("a long\n") >= 35
    assert not [one for one in shown.splitlines() if len(one) > 80 and command not in one]


def test_a_failure_is_named_in_the_column_in_whole_words(healthy: dict[HopKind, Hop]) -> None:
    for kind in FailureKind:
        first = picture(walk_of(walk(hop(K.PUBLIC, kind), healthy[K.REGISTRY])))
        assert "…" not in next(line for line in first.splitlines() if line.startswith(" ✗"))


def test_an_uncertain_place_is_not_marked_as_certain(healthy: dict[HopKind, Hop]) -> None:
    unclear = picture(walk_of(walk(hop(K.PUBLIC, 404, b""), untried(K.REGISTRY))))
    sure = picture(walk_of(walk(page(K.PUBLIC, 403), untried(K.REGISTRY))))

    assert "▲ it starts here, or behind it\n" in unclear
    assert "▲ it starts here\n" in sure


def test_the_look_without_trust_is_called_so(healthy: dict[HopKind, Hop]) -> None:
    first = hop(K.PUBLIC, FailureKind.TLS)
    again = Asked(Purpose.REQUEST, Exchange("GET", URLS[K.PUBLIC], status=200, verified=False))
    shown = picture(walk_of(walk(dataclasses.replace(first, asked=(*first.asked, again)))))

    assert "second look, without trust in the certificate: GET 200" in shown
