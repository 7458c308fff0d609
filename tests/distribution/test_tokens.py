"""Tokens are signed as GitLab signs them, and read without trust."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.distribution.key_ids import libtrust_key_id
from regdoctor.distribution.tokens import Access, read_token, sign_token
from regdoctor.redaction import Secret, redact

RSA_KEY = rsa.generate_private_key(65537, 2048)
ACCESS = (Access("repository", "group/project", ("pull", "push")),)
NOW = 1_700_000_000.9


def _sign(key: Any, **options: Any) -> Secret:
    given: dict[str, Any] = {"issuer": "gitlab-issuer", "audience": "container_registry", "subject": "root"}
    return sign_token(key, **{**given, "access": ACCESS, "now": NOW, **options})


def _parts(token: Secret) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    header, claims, signature = token.reveal().split(".")
    signed = f"{header}.{claims}".encode()
    return json.loads(_decode(header)), json.loads(_decode(claims)), _decode(signature), signed


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _token_of(header: object, claims: object) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (header, claims))
    return ".".join(part.rstrip("=") for part in parts) + ".c2ln"


def test_header_and_claims_are_gitlabs() -> None:
    header, claims, _, _ = _parts(_sign(RSA_KEY))
    assert header == {"alg": "RS256", "typ": "JWT", "kid": libtrust_key_id(RSA_KEY.public_key())}
    assert claims.pop("jti")
    assert claims == {
        "iss": "gitlab-issuer",
        "aud": "container_registry",
        "sub": "root",
        "access": [{"type": "repository", "name": "group/project", "actions": ["pull", "push"]}],
        "nbf": 1_699_999_995,
        "iat": 1_700_000_000,
        "exp": 1_700_000_300,
    }


def test_rsa_signature_verifies() -> None:
    _, _, signature, signed = _parts(_sign(RSA_KEY))
    RSA_KEY.public_key().verify(signature, signed, PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("curve", "algorithm", "digest", "width"),
    [
        (ec.SECP256R1(), "ES256", hashes.SHA256(), 32),
        (ec.SECP384R1(), "ES384", hashes.SHA384(), 48),
        (ec.SECP521R1(), "ES512", hashes.SHA512(), 66),
    ],
)
def test_curve_signature_verifies_in_jws_form(
    curve: ec.EllipticCurve, algorithm: str, digest: hashes.HashAlgorithm, width: int
) -> None:
    key = ec.generate_private_key(curve)
    header, _, signature, signed = _parts(_sign(key))
    assert header["alg"] == algorithm
    assert len(signature) == 2 * width
    numbers = (int.from_bytes(signature[:width], "big"), int.from_bytes(signature[width:], "big"))
    key.public_key().verify(encode_dss_signature(*numbers), signed, ec.ECDSA(digest))


def test_ed25519_signature_verifies() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    header, _, signature, signed = _parts(_sign(key))
    assert header["alg"] == "EdDSA"
    key.public_key().verify(signature, signed)


def test_key_that_cannot_sign_tokens_is_refused() -> None:
    for key in (x25519.X25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256K1())):
        with pytest.raises(ValueError, match="registry"):
            _sign(key)


def test_every_token_has_an_id_of_its_own() -> None:
    assert _parts(_sign(RSA_KEY))[1]["jti"] != _parts(_sign(RSA_KEY))[1]["jti"]


def test_kid_can_be_chosen() -> None:
    assert _parts(_sign(RSA_KEY, kid="other"))[0]["kid"] == "other"


def test_token_is_wiped_from_text() -> None:
    token = _sign(RSA_KEY)
    assert token.reveal() not in redact(f"sent {token.reveal()} on")


def test_signed_token_is_read_back() -> None:
    token = read_token(_sign(RSA_KEY).reveal())
    assert (token.algorithm, token.kid) == ("RS256", libtrust_key_id(RSA_KEY.public_key()))
    assert (token.issuer, token.audience, token.subject) == ("gitlab-issuer", ("container_registry",), "root")
    assert token.access == ACCESS
    assert (token.not_before, token.issued, token.expires) == (1_699_999_995, 1_700_000_000, 1_700_000_300)
    assert not token.audience_is_list
    assert not token.x5c
    assert not token.jwk


def test_audience_as_a_list_is_told_from_one_as_text() -> None:
    token = read_token(_token_of({"alg": "RS256", "x5c": ["AAAA"]}, {"aud": ["a", "b"]}))
    assert (token.audience, token.audience_is_list, token.x5c) == (("a", "b"), True, True)
    assert (token.kid, token.expires, token.access) == (None, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "glpat-opaque",
        "a.b",
        "a.b.c.d",
        "!!.e30.x",
        "e30.e30e3.x",
        "e30.bm90IGpzb24.x",
        "W10.e30.x",
        "e30." + base64.urlsafe_b64encode(b"[" * 5000).decode() + ".x",
        "e" * 2_000_000,
        _token_of({"kid": 7}, {}),
        _token_of({}, {"iss": ["a"]}),
        _token_of({}, {"exp": "tomorrow"}),
        _token_of({}, {"exp": True}),
        _token_of({}, {"nbf": 1e300}),
        _token_of({}, {"aud": {"a": 1}}),
        _token_of({}, {"aud": ["a", 1]}),
        _token_of({}, {"access": {"type": "repository"}}),
        _token_of({}, {"access": ["repository"]}),
        _token_of({}, {"access": [{"type": "repository", "name": "a", "actions": "pull"}]}),
        _token_of({}, {"access": [{"type": 1, "name": "a", "actions": []}]}),
    ],
)
def test_what_is_no_token_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="token") as caught:
        read_token(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


@given(
    st.text(),
    st.recursive(
        st.none() | st.floats() | st.text(max_size=20),
        lambda below: st.dictionaries(st.text(max_size=5), below, max_size=4),
        max_leaves=12,
    ),
)
def test_reading_raises_nothing_but_value_error(text: str, value: object) -> None:
    for token in (text, _token_of(value, value), _token_of({}, {"exp": value, "aud": value})):
        try:
            read_token(token)
        except ValueError as error:
            assert "token" in str(error)  # noqa: PT017 - that it may also be read is the point
