"""Links are signed as Google's documentation and its conformance suite have it."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from regdoctor.probes.google_links import link_v2, link_v4

KEY = rsa.generate_private_key(65537, 2048)
URL = "https://storage.googleapis.com/test-bucket/test-object"


def _verify(signature: bytes, message: str) -> None:
    KEY.public_key().verify(signature, message.encode(), PKCS1v15(), hashes.SHA256())


def test_version_4_signs_what_the_conformance_suite_signs() -> None:
    """The case "Simple GET" of googleapis/conformance-tests, storage/v1/v4_signatures.json."""
    email = "test-iam-credentials@dummy-project-id.iam.gserviceaccount.com"
    link = link_v4(KEY, email, "GET", URL, 1549011600.5, life=10)

    digest = "00e2fb794ea93d7adb703edaebdd509821fcc7d4f1a79ac5c8d2b394df109320"
    said = parse_qs(urlsplit(link).query)
    message = f"GOOG4-RSA-SHA256\n20190201T090000Z\n20190201/auto/storage/goog4_request\n{digest}"
    _verify(bytes.fromhex(said["X-Goog-Signature"][0]), message)
    assert said["X-Goog-Date"] == ["20190201T090000Z"]


def test_version_2_signs_method_end_and_path() -> None:
    link = link_v2(KEY, "a@p", "HEAD", f"{URL}%20x", 1_000_000.5)

    said = parse_qs(urlsplit(link).query)
    assert said["GoogleAccessId"] == ["a@p"]
    _verify(base64.b64decode(said["Signature"][0]), "HEAD\n\n\n1001200\n/test-bucket/test-object%20x")
