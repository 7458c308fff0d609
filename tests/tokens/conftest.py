"""Tokens of every kind, made for the test."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.distribution.jws import algorithm_of, base64url, sign
from regdoctor.distribution.key_ids import libtrust_key_id
from regdoctor.distribution.token_verdicts import TokenTrust, TrustedKey
from regdoctor.redaction import Secret
from tests.conftest import _pair

NOW = 1_800_000_000.0


@pytest.fixture(autouse=True)
def _no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regdoctor.redaction._known", {})


KEY = load_pem_private_key(_pair(0)[1], password=None)
TRUST = TokenTrust((TrustedKey(KEY.public_key(), "bundle.crt"),), "issuer", "service")
CLAIMS: dict[str, Any] = {
    "iss": "issuer",
    "aud": "service",
    "sub": "me",
    "exp": int(NOW) + 200,
    "nbf": int(NOW) - 105,
    "iat": int(NOW) - 100,
    "access": [{"type": "repository", "name": "a/b", "actions": ["pull"]}],
}


def made(header: dict[str, Any] | None = None, text: bytes | None = None, **claims: Any) -> Secret:
    """A token that KEY signed. header, claims: what is other than in a good one; text: the claims as they stand."""
    whole = {"alg": algorithm_of(KEY), "typ": "JWT", "kid": libtrust_key_id(KEY.public_key())} | (header or {})
    body = text if text is not None else json.dumps(CLAIMS | claims).encode()
    signed = f"{base64url(json.dumps(whole).encode())}.{base64url(body)}"
    return Secret(f"{signed}.{base64url(sign(KEY, signed.encode()))}", "token")


def bare(text: str) -> str:
    """Base64url of a text."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
