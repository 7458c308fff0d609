"""Each product judges a token by its own rules, in its own order, and whatever the token is there is a verdict."""

from __future__ import annotations

import base64
import dataclasses
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from hypothesis import given, settings
from hypothesis import strategies as st

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.jws import algorithm_of, base64url, sign
from regdoctor.distribution.key_ids import distribution3_key_id, libtrust_key_id, public_jwk, rfc7638_thumbprint
from regdoctor.distribution.scopes import Access
from regdoctor.distribution.token_verdicts import TokenTrust, TrustedKey, Verdict, judge
from regdoctor.formats.token_keys import keys_of_certificates
from tests.certificates import Pair, issue

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


def x5c(*chain: Pair) -> list[str]:
    """The member of a header that carries these certificates."""
    return [base64.b64encode(pair.der).decode() for pair in chain]


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


def test_signingalgorithms_of_distribution_3_and_what_it_says_to_others() -> None:
    only = dataclasses.replace(TRUST, algorithms=("ES256", "EdDSA"))
    found = verdicts(token(), only)
    assert [found[product].accepted for product in (V2, V3, GITLAB)] == [True, False, True]
    assert (found[V3].line, found[V3].mode) == ("error authorizing context: malformed token", "AUTH-24")
    assert found[V3].why == 'its alg is "RS256", and auth.token.signingalgorithms takes ES256, EdDSA alone'
    assert verdicts(token(), dataclasses.replace(TRUST, algorithms=("RS256",)))[V3].accepted is True
    assert verdicts(token(), dataclasses.replace(TRUST, algorithms=None))[V3].accepted is None
    assert verdicts(token(header={"alg": "none"}), dataclasses.replace(TRUST, algorithms=None))[V3].accepted is False


def test_a_critical_header_is_refused_by_distribution_3_alone() -> None:
    found = verdicts(token(header={"crit": ["x"], "x": 1}))
    assert [found[product].accepted for product in (V2, V3, GITLAB)] == [True, False, True]
    assert (found[V3].line, found[V3].why) == (
        "",
        'its header marks "x" as critical, which distribution 3 does not know',
    )
    assert verdicts(token(header={"crit": ["b64"], "b64": False}))[V3].accepted is None
    assert verdicts(token(header={"crit": []}))[V3].accepted is True


def test_keys_that_could_not_be_read_leave_a_strangers_token_open() -> None:
    unread = dataclasses.replace(TRUST, unread="the JWKS could not be read")
    found = verdicts(token(header={"kid": "x"}, key=STRANGER), unread)
    assert (found[V2].accepted, found[V3].accepted, found[V3].why) == (False, None, "the JWKS could not be read")
    assert verdicts(token(), unread)[V3].accepted is True


def test_a_thumbprint_of_a_key_with_a_short_coordinate_is_refused_by_distribution_3() -> None:
    keys = (ec.derive_private_key(number, ec.SECP256R1()) for number in range(1, 2000))
    short = next(key for key in keys if distribution3_key_id(key.public_key()) != rfc7638_thumbprint(key.public_key()))
    right = rfc7638_thumbprint(short.public_key())
    trust = TokenTrust((TrustedKey(short.public_key(), "root.crt"),), "issuer", "registry")
    verdict = verdicts(token(header={"kid": right}, key=short), trust)[V3]
    assert verdict.line == f'failed to verify token: token signed by untrusted key with ID: "{right}"'
    assert verdict.mode == "AUTH-23"
    assert "a coordinate of it begins with a zero" in verdict.why


def test_a_certificate_in_the_header_is_held_against_the_bundle() -> None:
    root = issue("root", authority=True)
    leaf, stranger = issue("leaf", root), issue("stranger")
    trust = TokenTrust(keys_of_certificates(root.pem.encode(), "root.crt"), "issuer", "registry")
    at = time.time()
    good = {"nbf": int(at) - 5, "exp": int(at) + 300}
    for carried in ({"x5c": x5c(leaf)}, {"jwk": public_jwk(leaf.key.public_key()) | {"x5c": x5c(leaf)}}):
        for verdict in judge(token(good, carried, leaf.key), trust, at):
            assert verdict.accepted is True, verdict
        assert verdicts(token(good, carried, stranger.key), trust, at)[V3].line.endswith("in cryptographic primitive")
    refused = verdicts(token(good, {"x5c": x5c(stranger)}, stranger.key), trust, at)
    assert refused[V3].line == "failed to verify token: x509: certificate signed by unknown authority"
    assert refused[GITLAB].line == (
        "error verifying that signing key is trusted "
        'error="unable to verify certificate chain: x509: certificate signed by unknown authority"'
    )
    assert {verdict.mode for verdict in refused.values()} == {"AUTH-01"}
    private = {"jwk": public_jwk(leaf.key.public_key()) | {"d": "AA"}}
    assert verdicts(token(good, private, leaf.key), trust, at)[V3].line == "error authorizing context: malformed token"
    other = {"jwk": public_jwk(stranger.key.public_key()) | {"x5c": x5c(leaf)}}
    assert verdicts(token(good, other, leaf.key), trust, at)[V3].line == "error authorizing context: malformed token"


def test_a_jwk_is_trusted_by_the_name_that_each_product_gives_it() -> None:
    bare = {"jwk": public_jwk(PUBLIC)}
    found = verdicts(token(header=bare))
    assert [found[product].accepted for product in (V2, V3, GITLAB)] == [True, False, True]
    assert found[V3].line == "failed to verify token: untrusted JWK with no certificate chain"
    named = {"jwk": public_jwk(PUBLIC) | {"kid": LIBTRUST}}
    assert [verdict.accepted for verdict in judge(token(header=named), TRUST, NOW)] == [True, True, True]
    odds: tuple[Any, ...] = ({}, [], 5, "x", {"kty": "oct"}, {"kty": "RSA", "n": "!", "e": "AQAB"})
    for odd in odds:
        assert [verdict.accepted for verdict in judge(token(header={"jwk": odd}), TRUST, NOW)] == [None, None, None]


def test_what_a_token_does_not_grant_is_refused_last() -> None:
    wanted = Access("repository", "a/b", ("pull", "push"))
    some = token({"access": [{"type": "repository", "name": "a/b", "actions": ["pull"]}]})
    for verdict in judge(some, TRUST, NOW, wanted):
        assert (verdict.accepted, verdict.mode) == (False, "AUTH-17")
        assert verdict.line == "error authorizing context: insufficient scope"
        assert verdict.why.startswith("it grants no push on a/b; ")
    assert [verdict.accepted for verdict in judge(some, TRUST, NOW, Access("repository", "a/b", ("pull",)))] == [
        True
    ] * 3
    assert {verdict.mode for verdict in judge(token({"iss": "x"}), TRUST, NOW, wanted)} == {"AUTH-05"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["iss", "aud", "exp", "nbf", "access", "alg", "kid", "x5c", "jwk", "ISS", "typ", "crit", "b64"])


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
