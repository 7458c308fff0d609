"""One sentence says what becomes of a token, and no token is too strange to be judged."""

from __future__ import annotations

import dataclasses
import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.key_ids import public_jwk
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.token_verdicts import TokenTrust, TrustedKey
from regdoctor.redaction import Secret
from regdoctor.tokens.inspection import Result, inspect
from regdoctor.tokens.report import render_json, render_text
from tests.tokens.conftest import KEY, NOW, TRUST, bare, made

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


def test_reasons_that_differ_are_told_with_those_that_have_them() -> None:
    sentence = inspect(made(exp=int(NOW) - 180), TRUST, NOW).sentence

    assert sentence.startswith(
        "distribution 2.8 and GitLab's registry refuse this token: it expired 3 minutes ago. distribution 3 refuses it "
        "too: the kid is the libtrust ID"
    )
    assert sentence.endswith("RFC 7638 thumbprint")


def test_what_is_certain_by_claims_and_grants_comes_before_what_is_true_of_every_token_of_gitlabs() -> None:
    push = Access("repository", "a/b", ("push",))
    sentence = inspect(made(), TRUST, NOW, None, push).sentence
    seen = dataclasses.replace(inspect(made(exp=int(NOW) - 180), TRUST, NOW), seen_accepted=False)

    assert sentence.startswith("distribution 2.8 and GitLab's registry refuse this token: it grants no push on a/b")
    assert sentence.index("distribution 3 refuses it too") > sentence.index("grants no push")
    assert seen.sentence.startswith("The registry refuses this token: it expired 3 minutes ago (distribution 2.8")


def test_without_a_fault_in_the_claims_distribution_3_comes_last() -> None:
    stranger = rsa.generate_private_key(65537, 2048)
    other = TokenTrust((TrustedKey(stranger.public_key(), "b.crt"),), "issuer", "service")
    sentence = inspect(made(), other, NOW).sentence

    assert sentence.startswith(("distribution 2.8 and GitLab's registry refuse this token: ", "Every registry refuses"))
    assert not sentence.startswith("distribution 3")


def test_what_it_does_not_grant_is_told_where_that_is_asked() -> None:
    push = Access("repository", "a/b", ("pull", "push"))

    assert inspect(made(), TRUST, NOW, V2, push).sentence.startswith(
        "distribution 2.8 refuses this token: it grants no push on a/b"
    )
    assert inspect(made(), TRUST, NOW, V2, Access("repository", "a/b", ("pull",))).result is Result.ACCEPTED


def test_a_signature_by_the_key_that_it_carries_is_told() -> None:
    stranger = rsa.generate_private_key(65537, 2048)
    jwk = public_jwk(KEY.public_key())
    other = TokenTrust((TrustedKey(stranger.public_key(), "b.crt"),), "issuer", "service")
    told = render_text(inspect(made({"jwk": jwk}), other, NOW), None, 200)

    assert "signature          verifies with the key that it carries itself\n" in told
    assert "carries            its own key (jwk), which registries look at before the key ID\n" in told
    assert "does not verify with the one key that is trusted" in render_text(
        inspect(made({"jwk": public_jwk(stranger.public_key())}), other, NOW), None, 200
    )


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
    "a kid that turns the line round": made({"kid": "\u202eabc\u200f\x9b2J"}, sub="\u202e\x07", iss="\u2066x\x9d0;"),
    "a huge kid": made({"kid": "k" * 500_000}),
    "a jwk of no kind": made({"jwk": {"kty": "x", "d": ["\x1b"]}}),
    "certificates of no kind": made({"x5c": ["\x1b[2J", "AAAA"]}),
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
    assert all(char.isprintable() for char in text.replace("\n", ""))
    # JSON writes what it holds as it is: only what is clean may be in it.
    assert all(char.isprintable() for char in told.replace("\n", ""))
    assert time.monotonic() - began < 10
    signature = token.reveal().rpartition(".")[2]
    assert len(signature) < 20 or signature not in text + told


def test_a_number_that_is_no_time_is_told_as_such() -> None:
    text = render_text(inspect(made(exp="tomorrow"), TRUST, NOW), None, 80)

    assert "expires            tomorrow (not a time in seconds)" in text
