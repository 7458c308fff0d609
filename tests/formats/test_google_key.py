"""What makes a file the key of a service account, and what does not."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from regdoctor.formats.google_key import TOKEN_URI, KeyFault, google_key, read_google_key
from regdoctor.redaction import Secret, redact

RSA = rsa.generate_private_key(65537, 2048)
PEM = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
EC = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
WHOLE: dict[str, object] = {
    "type": "service_account",
    "client_email": "a@p.iam.gserviceaccount.com",
    "private_key_id": "1",
    "private_key": PEM,
}


def test_a_whole_key() -> None:
    key = read_google_key(json.dumps(WHOLE).encode())

    assert key.fault is None
    assert (key.email, key.key_id, key.token_uri) == ("a@p.iam.gserviceaccount.com", "1", TOKEN_URI)
    assert key.rsa is not None
    assert key.rsa.private_numbers() == RSA.private_numbers()
    assert "PRIVATE KEY" not in repr(key)


def test_all_that_a_file_says_is_kept_and_shown_to_nobody() -> None:
    source = {"type": "authorized_user", "client_secret": "canary-of-client", "refresh_token": "canary-of-user"}
    key = google_key(
        {"type": "impersonated_service_account", "source_credentials": source, "universe_domain": "u.example"}
    )

    assert key.fields is not None
    assert json.loads(key.fields.reveal())["source_credentials"] == source
    assert key.universe == "u.example"
    assert "canary" not in repr(key)
    assert "canary" not in redact("canary-of-user and canary-of-client")


def test_a_private_key_that_is_wrapped_already_is_the_same() -> None:
    assert google_key(WHOLE | {"private_key": Secret(PEM, "private key")}).fault is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"type": "authorized_user"}, KeyFault.OTHER_TYPE),
        ({"type": None}, KeyFault.NO_TYPE),
        ({"private_key": ""}, KeyFault.NO_PRIVATE_KEY),
        ({"private_key": 7}, KeyFault.NO_PRIVATE_KEY),
        ({"private_key": PEM.replace("\n", " ")}, KeyFault.BROKEN_PRIVATE_KEY),
        ({"private_key": EC}, KeyFault.BROKEN_PRIVATE_KEY),
        ({"client_email": ""}, KeyFault.NO_EMAIL),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, object], fault: KeyFault) -> None:
    assert google_key(WHOLE | change).fault is fault
    assert fault.at_start == (fault in (KeyFault.NO_TYPE, KeyFault.OTHER_TYPE))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b"[" * 100_000, b"null"])
def test_what_is_no_json_object(data: bytes) -> None:
    assert read_google_key(data).fault is KeyFault.NOT_JSON
