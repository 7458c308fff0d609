"""Each product judges a token by its own rules, in its own order, and whatever the token is there is a verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from hypothesis import given, settings
from hypothesis import strategies as st

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.jws import algorithm_of, base64url, sign
from regdoctor.distribution.key_ids import libtrust_key_id, rfc7638_thumbprint
from regdoctor.distribution.token_verdicts import TokenTrust, TrustedKey, Verdict, judge

V2, V3, GITLAB = Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3, Generation.GITLAB
KEY = rsa.generate_private_key(65537, 2048)
STRANGER = ec.generate_private_key(ec.SECP256R1())
PUBLIC = KEY.public_key()
LIBTRUST, THUMBPRINT = libtrust_key_id(PUBLIC), rfc7638_thumbprint(PUBLIC)
NOW = 1_700_000_000.5
TRUST = TokenTrust((TrustedKey(PUBLIC, "root.crt"), TrustedKey(PUBLIC, "jwks.json", LIBTRUST)), "issuer", "registry")
"""All products know the key by its libtrust ID."""
CLAIMS: dict[str, Any] = {"iss": "issuer", "aud": "registry", "nbf": 1_700_000_000, "exp": 1_700_000_300}


def token(
    claims: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
    key: PrivateKeyTypes = KEY,
    signature: bytes | None = None,
) -> str:
    """A good token, but for what is given."""
    named = {"alg": algorithm_of(key), "kid": LIBTRUST, **(header or {})}
    parts = (base64url(json.dumps(part).encode()) for part in (named, {**CLAIMS, **(claims or {})}))
    text = ".".join(parts)
    return f"{text}.{base64url(sign(key, text.encode()) if signature is None else signature)}"


def verdicts(text: str, trust: TokenTrust = TRUST, now: float = NOW) -> dict[Generation, Verdict]:
    """By product."""
    return {verdict.product: verdict for verdict in judge(text, trust, now)}


def lines(text: str) -> list[str]:
    """Of 2.8, 3 and GitLab's."""
    return [verdict.line for verdict in judge(text, TRUST, NOW)]


def test_a_good_token_is_taken_by_all() -> None:
    for verdict in judge(f" {token()}\n", TRUST, NOW):
        assert (verdict.accepted, verdict.line, verdict.mode) == (True, "", "")


def test_one_fault_in_the_words_of_each() -> None:
    assert lines(token({"iss": 'an "other"'})) == [
        'token from untrusted issuer: "an \\"other\\""',
        'token from untrusted issuer: "an \\"other\\""',
        'token from untrusted issuer issuer="an \\"other\\"" trusted_issuers="[issuer]"',
    ]
    assert lines(token({"aud": "x"})) == [
        'token intended for another audience: "x"',
        "token intended for another audience: [x]",
        'token intended for another audience accepted_audiences="[registry]" audience="[x]"',
    ]
    assert lines(token({"exp": 1_699_999_000}))[2] == 'token has expired valid_until="2023-11-14 21:57:40 +0000 UTC"'
    assert lines(token({"nbf": 1_700_001_000}))[2].startswith("token used before time valid_after=")
    assert lines(token(signature=b"x" * 256)) == [
        "unable to verify token signature: invalid RS256 signature: crypto/rsa: verification error",
        "error authorizing context: go-jose/go-jose: error in cryptographic primitive",
        'unable to verify token signature error="invalid RS256 signature: crypto/rsa: verification error"',
    ]
    assert lines("a.b") == ["error authorizing context: malformed token"] * 3


def test_of_two_faults_each_product_names_the_one_that_it_tests_first() -> None:
    both = verdicts(token({"iss": "x"}, {"kid": "y"}, STRANGER))
    assert [both[product].mode for product in (V2, V3, GITLAB)] == ["AUTH-05", "AUTH-01", "AUTH-05"]
    assert both[V3].line == 'failed to verify token: token signed by untrusted key with ID: "y"'


def test_each_knows_keys_by_other_names() -> None:
    trust = TokenTrust(TRUST.keys[:1], "issuer", "registry")
    found = verdicts(token(header={"kid": THUMBPRINT}), trust)
    assert (found[V2].mode, found[V3].accepted, found[GITLAB].mode) == ("AUTH-03", True, "AUTH-03")
    found = verdicts(token(), trust)
    assert (found[V2].accepted, found[V3].mode, found[GITLAB].accepted) == (True, "AUTH-02", True)


def test_a_list_of_audiences_is_for_distribution_3() -> None:
    found = verdicts(token({"aud": ["x", "registry"]}))
    assert (found[V2].accepted, found[V2].mode) == (False, "AUTH-07")
    assert found[V3].accepted is True
    assert found[GITLAB].accepted is None
    assert verdicts(token({"aud": ["x", "y"]}))[V3].line == "token intended for another audience: [x y]"


@pytest.mark.parametrize(("shift", "taken"), [(359, True), (361, False), (-59, True), (-61, False)])
def test_there_is_a_minute_of_leeway_on_either_side(shift: int, taken: bool) -> None:
    for verdict in judge(token(), TRUST, 1_700_000_000 + shift):
        assert verdict.accepted is taken


def test_what_is_not_known_leaves_it_open_unless_something_else_refuses() -> None:
    for missing, said in [
        (TokenTrust((), "issuer", "registry"), "no key is known"),
        (TokenTrust(TRUST.keys, None, "registry"), "issuer"),
        (TokenTrust(TRUST.keys, "issuer", None), "service"),
    ]:
        for verdict in judge(token(), missing, NOW):
            assert verdict.accepted is None
            assert said in verdict.why
        for verdict in judge(token({"exp": 5}), missing, NOW):
            assert (verdict.accepted, verdict.mode) == (False, "AUTH-09")
    for verdict in judge(token(header={"x5c": ["MIIB"]}), TRUST, NOW):
        assert verdict.accepted is None


def test_ed25519_is_for_distribution_3_from_3_1_on() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    trust = TokenTrust((TrustedKey(key.public_key(), "root.crt"),), "issuer", "registry")
    found = verdicts(token(header={"kid": rfc7638_thumbprint(key.public_key())}, key=key), trust)
    assert [found[product].accepted for product in (V2, V3, GITLAB)] == [None, None, None]
    assert "3.1" in found[V3].why
    assert "no key" in found[V2].why


def test_no_token_is_taken_for_its_own_word() -> None:
    for algorithm, signature in [("none", b""), ("None", b"x"), ("HS256", b"x" * 32), ("", b"x"), ("PS256", b"x")]:
        for verdict in judge(token(header={"alg": algorithm}, signature=signature), TRUST, NOW):
            assert verdict.accepted is False


@pytest.mark.parametrize("text", ["", ".", "..", "...", "a b", "\x00.\x00.\x00", "é.é.é", "e30.e30.", "\ud800.e30.e30"])
def test_what_is_no_token_is_refused(text: str) -> None:
    for verdict in judge(text, TRUST, NOW):
        assert verdict.accepted is False or (verdict.product is V3 and " " in text)
        assert verdict.why


def test_large_ones_are_refused_without_a_line() -> None:
    assert {verdict.line for verdict in judge("." * 2_000_000, TRUST, NOW)} == {""}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["iss", "aud", "exp", "nbf", "access", "alg", "kid", "x5c", "jwk", "ISS", "typ"])


@settings(deadline=None)
@given(claims=st.dictionaries(NAMES, JSON, max_size=4), header=st.dictionaries(NAMES, JSON, max_size=3))
def test_any_claims_and_header_get_a_verdict(claims: dict[str, Any], header: dict[str, Any]) -> None:
    for verdict in judge(token(claims, header), TRUST, NOW):
        assert verdict.accepted is True or verdict.why
        (verdict.line + verdict.why).encode()


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_gets_a_verdict(text: str) -> None:
    assert [verdict.product for verdict in judge(text, TRUST, NOW)] == [V2, V3, GITLAB]
    assert not any(verdict.accepted for verdict in judge(text, TRUST, NOW))
