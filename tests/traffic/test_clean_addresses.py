"""Addresses keep what is a fact of the protocol, and nothing that opens a door."""

from __future__ import annotations

import pytest

from regdoctor.traffic.clean_addresses import clean_address, clean_query
from regdoctor.traffic.clean_credentials import Marks

DIGEST = f"sha256:{'0a' * 32}"
RANDOM = "Qx7f1dZ9b22kLmC0ffee55T"


@pytest.mark.parametrize(
    "address",
    [
        "https://r:5050/v2/group/app/manifests/1.0",
        f"/v2/a/blobs/{DIGEST}",
        f"/v2/a/blobs/uploads/?mount={DIGEST.replace(':', '%3A')}&from=b",
        "https://g/jwt/auth?service=container_registry&scope=repository%3Aa%3Apull%2Cpush",
        "?n=100&last=tag",
        "",
    ],
)
def test_what_the_protocol_needs_stays(address: str) -> None:
    assert clean_address(address) == address


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("https://alice:secret@r/v2/#part", "https://r/v2/"),
        ("https://g/jwt/auth?account=alice", "https://g/jwt/auth?account=[redacted]"),
        (f"https://h/{RANDOM}/x", "https://h/[redacted]/x"),
        (f"https://h/?own={RANDOM}&{RANDOM}=1", "https://h/?own=[redacted]&[redacted]"),
        ("/v2/?_state=none", "/v2/?_state=[redacted]"),
    ],
)
def test_what_may_open_a_door_goes(address: str, clean: str) -> None:
    assert clean_address(address) == clean_address(address, Marks()) == clean


def test_of_a_signed_link_what_is_told_of_it_stays() -> None:
    signed = "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20240101%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Expires=1200"

    assert clean_query(f"{signed}&X-Amz-Signature=abc") == (
        "X-Amz-Credential=[redacted]%2F20240101%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Expires=1200"
        "&X-Amz-Signature=[redacted]"
    )


def test_what_was_made_of_a_parameter_is_kept_for_the_next_address() -> None:
    marks = Marks()
    first = clean_query(f"service=x&own={RANDOM}", marks)

    assert marks.parameters == {"service=x": "service=x", f"own={RANDOM}": "own=[redacted]"}
    assert clean_query(f"service=x&own={RANDOM}", marks) == first


def test_cleaned_again_it_is_the_same() -> None:
    once = clean_address(f"https://u:p@h/{RANDOM}?_state=x&sig={RANDOM}&own={RANDOM}&X-Amz-Credential=a")

    assert clean_address(once) == once
