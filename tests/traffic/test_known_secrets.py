"""What is known as a secret does not come out of the cleaning, wherever in an exchange it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regdoctor import redaction
from regdoctor.distribution.jws import base64url
from regdoctor.formats.raw_exchange import RawExchange
from regdoctor.redaction import remember
from regdoctor.traffic import clean_addresses, clean_headers
from regdoctor.traffic.cleaning import Marks, clean
from regdoctor.traffic.writing import flow_record, har_entry
from tests.canaries import leaks

SECRET = "winter-blossom-in-the-garden"
RANDOM = "Qx7f1dZ9b22kLmC0ffee55T"
_HEADERS = sorted(
    clean_headers._KEPT | clean_headers._WHOLE | clean_headers._ADDRESSES | clean_headers._CHALLENGES
    | clean_headers._ETAGS | {"authorization", "cookie", "set-cookie", "link", "x-own", "private-token"}
)  # fmt: skip
_PARAMETERS = sorted(clean_addresses._KNOWN | {"own"})
_VALUES = (
    "{}", "a {} b", "Bearer {}", "Basic {}", '"{}"', "https://h/{}", "https://u:{}@h/", "https://h/?sig={}&a={}",
    'Bearer realm="https://g/{}",service="{}",scope="repository:{}:pull",x="{}"', "<https://h/?a={}>; rel={}",
    "a={}; b={}", "/v2/{}/",
)  # fmt: skip
_FIELDS = (
    "token", "access_token", "refresh_token", "password", "own", "message", "detail", "error", "name", "annotations",
    "mediaType", "digest",
)  # fmt: skip
_NAMES = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ-_0123456789", min_size=1, max_size=24)
_AROUND: tuple[dict[str, Any], ...] = (
    {},
    {"schemaVersion": 2},
    {"errors": [{"code": "X"}]},
    {"message": "m"},
    {"tags": ["1"]},
)


@contextmanager
def _known(*secrets: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redaction, "_known", {})
        for secret in secrets:
            remember(secret, "password")
        yield


def _leaks(raw: RawExchange, secret: str) -> list[str]:
    recorded = clean(raw, Marks())
    written = {
        "repr": f"{recorded!r} {recorded.exchange!r} {recorded.exchange.url} {recorded.exchange.headers}".encode(),
        "flow": flow_record(recorded),
        "har": json.dumps(har_entry(recorded)).encode(),
    }
    return leaks(written, {"canary": secret})


def _raw(**changes: Any) -> RawExchange:
    fields: dict[str, Any] = {"id": "1", "method": "GET", "url": "https://r/v2/", "status": 401, "started": 1.0}
    return RawExchange(**(fields | changes))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(_HEADERS) | _NAMES, st.sampled_from(_VALUES))
def test_not_out_of_any_header(name: str, value: str) -> None:
    headers = ((name, value.replace("{}", SECRET)), (name.title(), value.replace("{}", SECRET)))

    with _known(SECRET):
        assert _leaks(_raw(request_headers=headers, response_headers=headers), SECRET) == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(_PARAMETERS) | _NAMES, st.sampled_from(("{}", "a{}", "/{}/", "repository:{}:pull")))
def test_not_out_of_any_parameter(name: str, value: str) -> None:
    address = f"https://r/v2/a/?{name}={value.replace('{}', SECRET)}&{SECRET}=1"

    with _known(SECRET):
        assert _leaks(_raw(url=address, response_headers=(("Location", address),)), SECRET) == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(_FIELDS) | _NAMES, st.sampled_from(_AROUND), st.integers(0, 3))
def test_not_out_of_any_field_of_json(name: str, around: dict[str, Any], depth: int) -> None:
    value: Any = SECRET
    for _ in range(depth):
        value = [{name: value, SECRET: value}]
    body = json.dumps(around | {name: value}).encode()

    with _known(SECRET):
        assert _leaks(_raw(response_body=body, request_body=body), SECRET) == []


def test_not_as_a_repository_in_the_state_of_an_upload() -> None:
    state = {"Name": SECRET, "UUID": "u", "Offset": 0, "StartedAt": "2024-01-01T00:00:00Z"}
    address = f"https://r/v2/a/?_state={base64url(bytes(32) + json.dumps(state).encode())}"

    with _known(SECRET):
        assert _leaks(_raw(url=address), SECRET) == []


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.sampled_from([name for name in _HEADERS if name not in clean_headers._WHOLE]) | _NAMES)
def test_what_looks_random_is_not_out_of_any_header_though_nobody_knows_it(name: str) -> None:
    """Names of uploads stay, and so does `Docker-Upload-UUID`: they open nothing by themselves."""
    with _known():
        assert _leaks(_raw(request_headers=((name, RANDOM),), response_headers=((name, f"a {RANDOM}"),)), RANDOM) == []
