"""gitlab-secrets.json: the registry's part with lines, the rest never to be seen."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor import redaction
from regdoctor.formats.gitlab_secrets import parse_gitlab_secrets
from regdoctor.formats.located import UnreadableError
from regdoctor.redaction import Secret

_KEY = "-----BEGIN RSA PRIVATE KEY-----\nplantedKeyBody0123456789abcdef\n-----END RSA PRIVATE KEY-----\n"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIICcertificateBody\n-----END CERTIFICATE-----\n"
_FILE = {
    "gitlab_workhorse": {"secret_token": "planted-workhorse-token"},
    "gitlab_rails": {
        "secret_key_base": "planted-key-base-0123456789",
        "openid_connect_signing_key": _KEY.replace("planted", "plantedOther"),
        "active_record_encryption_primary_key": ["planted-in-a-list-0123"],
    },
    "registry": {
        "http_secret": "planted-http-secret",
        "internal_certificate": _CERTIFICATE,
        "internal_key": _KEY,
    },
    "letsencrypt": {"auto_enabled": True},
    "mattermost": {"sql_user": "short"},
}


def test_the_registrys_part_is_given_with_its_lines() -> None:
    found = parse_gitlab_secrets(json.dumps(_FILE, indent=2).encode(), "/etc/gitlab/gitlab-secrets.json")
    assert found.source == "/etc/gitlab/gitlab-secrets.json"
    assert found.internal_key == Secret(_KEY, "x")
    assert found.http_secret == Secret("planted-http-secret", "x")
    assert found.internal_certificate == _CERTIFICATE
    assert (found.http_secret_line, found.internal_certificate_line, found.internal_key_line) == (13, 14, 15)
    assert "planted" not in f"{found} {found!r}"


@pytest.mark.parametrize(
    "secret",
    [
        "planted-workhorse-token",
        "planted-key-base-0123456789",
        "planted-in-a-list-0123",
        "planted-http-secret",
    ],
)
def test_every_secret_of_the_file_is_wiped_from_other_text(secret: str) -> None:
    parse_gitlab_secrets(json.dumps(_FILE).encode(), "f")
    assert secret not in redaction.redact(f"connecting with {secret} failed")


def test_short_values_and_certificates_are_not_wiped() -> None:
    parse_gitlab_secrets(json.dumps(_FILE).encode(), "f")
    text = "user short MIICcertificateBody"
    assert redaction.redact(text) == text


def test_the_value_that_a_later_twin_hides_is_remembered_too() -> None:
    found = parse_gitlab_secrets(
        b'{"registry":{"http_secret":"planted-first-one","http_secret":"planted-second"}}', "f"
    )
    assert found.http_secret == Secret("planted-second", "x")
    assert "planted-first-one" not in redaction.redact("a planted-first-one b")


def test_a_key_where_the_certificate_belongs_does_not_show() -> None:
    found = parse_gitlab_secrets(json.dumps({"registry": {"internal_certificate": _KEY}}).encode(), "f")
    assert found.internal_certificate is None


@pytest.mark.parametrize(
    "data", [b"{}", b'{"registry": null}', b'{"registry": {"internal_key": ["x"]}}', b"\xef\xbb\xbf{}"]
)
def test_a_file_without_the_registrys_part_gives_none(data: bytes) -> None:
    found = parse_gitlab_secrets(data, "f")
    assert (found.internal_key, found.internal_certificate, found.http_secret) == (None, None, None)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "f.json:1: not JSON: expecting value"),
        (b'{\n"a": 1,\n}', "f.json:"),
        (b'{"a": 1}\n{"b": 2}', "f.json:2: not JSON: extra data"),
        (b"[]", "f.json:1: not a JSON object"),
        (b'"x"', "f.json:1: not a JSON object"),
        (b'{"a":\n"caf\xe9"}', "f.json:2: not UTF-8 text (byte 0xe9)"),
        (b'{"a": "\\ud800"}', "f.json: an escape in it (\\ud800 to \\udfff) stands for half a character"),
        (b'{"a":' * 200_000, "f.json: nested too deeply: this is no gitlab-secrets.json"),
        (b"[" * 200_000, "f.json: nested too deeply: this is no gitlab-secrets.json"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_file_and_line(data: bytes, line: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_gitlab_secrets(data, "f.json")
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_a_number_of_thousands_of_digits_does_no_harm() -> None:
    assert parse_gitlab_secrets(b'{"a": ' + b"9" * 10_000 + b"}", "f").internal_key is None


def test_more_values_than_any_gitlab_has_are_refused_soon() -> None:
    data = json.dumps({str(number): f"secret-number-{number}" for number in range(50_000)}).encode()
    began = time.monotonic()
    with pytest.raises(UnreadableError, match="more than 10,000 values"):
        parse_gitlab_secrets(data, "f")
    assert time.monotonic() - began < 5


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["registry", "internal_key", "a"]), inner)
    ),
    max_leaves=8,
)


@given(st.one_of(st.binary(max_size=100), _JSON.map(lambda value: json.dumps(value).encode())))
def test_any_bytes_are_secrets_or_refused(data: bytes) -> None:
    try:
        parse_gitlab_secrets(data, "f")
    except UnreadableError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either way is right
