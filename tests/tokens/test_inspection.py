"""One sentence says what becomes of a token, and no token is too strange to be judged."""

from __future__ import annotations

import dataclasses
import json
import time

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.token_verdicts import TokenTrust
from regdoctor.redaction import Secret
from regdoctor.tokens.inspection import Result, inspect
from regdoctor.tokens.report import render_json, render_text
from tests.tokens.conftest import NOW, TRUST, bare, made

V2 = Generation.DISTRIBUTION_2


def test_a_good_token_of_gitlabs_kind_is_accepted_but_for_distribution_3() -> None:
    seen = inspect(made(), TRUST, NOW)

    assert seen.sentence.startswith("distribution 3 refuses this token: the kid is the libtrust ID")
    assert seen.sentence.endswith("distribution 2.8 and GitLab's registry accept it")
    assert inspect(made(), TRUST, NOW, V2).sentence == "distribution 2.8 accepts this token"
    assert inspect(made(), TRUST, NOW, V2).result is Result.ACCEPTED


def test_the_time_that_is_wrong_is_told_in_words() -> None:
    expired = inspect(made(exp=int(NOW) - 180), TRUST, NOW, V2)
    early = inspect(made(nbf=int(NOW) + 600), TRUST, NOW, V2)

    assert expired.sentence == "distribution 2.8 refuses this token: it expired 3 minutes ago"
    assert early.sentence == "distribution 2.8 refuses this token: it is not valid before another 10 minutes"


def test_without_trust_it_cannot_be_told() -> None:
    seen = inspect(made(), TokenTrust(), NOW)

    assert seen.result is Result.UNDECIDED
    assert seen.sentence.startswith("Whether any registry accepts this token cannot be told: ")


def test_what_the_registry_itself_said_counts_more() -> None:
    seen = inspect(made(iss="other"), TRUST, NOW, V2)
    accepted, refused = (dataclasses.replace(seen, seen_accepted=said) for said in (True, False))

    assert (accepted.result, accepted.sentence) == (Result.ACCEPTED, "The registry accepts this token")
    assert refused.sentence == 'The registry refuses this token: its iss is "other", and the registry trusts "issuer"'
    unknown = dataclasses.replace(inspect(made(), TRUST, NOW, V2), seen_accepted=False)
    assert unknown.sentence.endswith("does not tell why")


DEEP = b'{"iss": "issuer", "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}"
STRANGE = {
    "alg none": made({"alg": "none"}),
    "HS256": made({"alg": "HS256"}),
    "a megabyte": made(x="y" * 700_000),
    "deep": made(text=DEEP),
    "year 9999": made(exp=253402300799, iat=253402300000),
    "a huge number": made(text=b'{"exp": ' + b"9" * 5000 + b"}"),
    "dates as text": made(exp="tomorrow", nbf="x", iat=True),
    "claims twice": made(text=b'{"iss": "a", "iss": "issuer", "exp": 1}'),
    "aud list": made(aud=["service", "b"]),
    "access of numbers": made(access=[1, {"type": 5}]),
    "a kid that is a list": made({"kid": ["a"]}),
    "a kid that forges lines": made({"kid": "a\n\x1b[2Jdistribution 2.8 accepts this token"}),
    "half a surrogate": made(text=b'{"iss": "\\ud800"}'),
    "no dot": Secret("x" * 50, "token"),
    "three dots": Secret("a.b.c.d", "token"),
    "dots": Secret("..", "token"),
    "no base64": Secret("!!!.???.***", "token"),
    "not ASCII": Secret("é.ü.ß", "token"),
    "no objects": Secret(f"{bare('[]')}.{bare('5')}.{bare('x')}", "token"),
    "unsigned": Secret(f"{bare(json.dumps({'alg': 'RS256'}))}.{bare('{}')}.", "token"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_every_strange_token_gets_its_verdicts_in_bounded_time_and_text(name: str) -> None:
    token, began = STRANGE[name], time.monotonic()
    seen = inspect(token, TRUST, NOW)
    text, told = render_text(seen, None, 80), render_json(seen, None)

    assert len(seen.verdicts) == 3
    assert len(text) < 40_000
    assert len(told) < 60_000
    assert "\x1b" not in text
    assert time.monotonic() - began < 10
    signature = token.reveal().rpartition(".")[2]
    assert len(signature) < 20 or signature not in text + told


def test_a_number_that_is_no_time_is_told_as_such() -> None:
    text = render_text(inspect(made(exp="tomorrow"), TRUST, NOW), None, 80)

    assert "expires            tomorrow (not a time in seconds)" in text
