"""The key that a header carries is found, and nothing that stands there instead breaks the search."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from regdoctor.distribution.carried_keys import carried_key, distribution3_carried_key, libtrust_carried_key
from regdoctor.distribution.key_ids import public_jwk
from regdoctor.distribution.token_keys import SignedText
from regdoctor.distribution.token_text import UndecidedTokenError
from regdoctor.formats.token_keys import keys_of_certificates
from tests.certificates import NOW, issue

PAIR = issue("signer")
KEYS = keys_of_certificates(PAIR.pem.encode(), "root.crt")
X5C = [base64.b64encode(PAIR.der).decode()]


def test_the_key_of_either_member_is_found() -> None:
    public = PAIR.key.public_key()
    assert carried_key({"x5c": X5C, "jwk": {}}) == carried_key({"jwk": public_jwk(public)}) == public
    assert carried_key({"kid": "x"}) is None
    for find in (libtrust_carried_key, distribution3_carried_key):
        assert find(SignedText({"x5c": X5C}, b"", b""), KEYS, NOW.timestamp()) == public
        assert find(SignedText({"kid": "x"}, b"", b""), KEYS, NOW.timestamp()) is None


@pytest.mark.parametrize("entries", [["!"], ["AAAA"], [""], X5C * 21, [X5C[0][:-8]]])
def test_certificates_that_cannot_be_read_are_left_open(entries: Any) -> None:
    assert carried_key({"x5c": entries}) is None
    for find in (libtrust_carried_key, distribution3_carried_key):
        with pytest.raises(UndecidedTokenError, match="cannot be read"):
            find(SignedText({"x5c": entries}, b"", b""), KEYS, NOW.timestamp())


def test_without_a_bundle_it_is_left_open() -> None:
    for find in (libtrust_carried_key, distribution3_carried_key):
        with pytest.raises(UndecidedTokenError, match="no rootcertbundle is known"):
            find(SignedText({"x5c": X5C}, b"", b""), (), NOW.timestamp())
