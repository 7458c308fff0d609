"""No secret comes through, whatever form it has, and honest text stays as it is."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import time
import traceback
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regdoctor import redaction
from regdoctor.redaction import Secret, redact, redact_tree, remember

VALUE = 'tr0ub4dor&3 "q"\\/ä+'
PEM = "-----BEGIN {0}-----\n{1}\n{2}\n-----END {0}-----\n"


@pytest.fixture(autouse=True)
def _only_the_secrets_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_known", {})


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        quote(VALUE),
        quote(VALUE, safe=""),
        quote_plus(VALUE),
        json.dumps(VALUE),
        json.dumps(VALUE, ensure_ascii=False),
        repr(VALUE),
        base64.b64encode(VALUE.encode()).decode(),
        base64.urlsafe_b64encode(VALUE.encode()).decode(),
    ],
    ids=["raw", "path", "query", "form", "json", "json-utf8", "python", "base64", "base64url"],
)
def test_a_known_secret_is_wiped_in_every_encoding(form: str) -> None:
    remember(VALUE, "password")

    shown = redact(f"before {form} after")

    assert form.strip("\"'=") not in shown
    assert "tr0ub4dor" not in shown
    assert "[redacted password]" in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@pytest.mark.parametrize("before", ["", "u", "us", "lab:"])
@pytest.mark.parametrize("after", ["", "x", "yz"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_known_secret_within_what_is_in_base64_is_wiped(
    before: str, after: str, encode: Callable[[bytes], bytes]
) -> None:
    remember("Canary+7f1d/9b~correct?horse>", "password")

    shown = redact(f"sent {encode(f'{before}Canary+7f1d/9b~correct?horse>{after}'.encode()).decode()} there")

    assert shown.startswith("sent ")
    assert shown.endswith(" there")
    assert "[redacted password]" in shown
    # What the bytes beside it share with its own.
    assert len(shown.replace("[redacted password]", "")) <= len("sent  there") + 12


def test_a_known_secret_in_hex_is_wiped() -> None:
    remember("tr0ub4dor", "password")

    assert redact(f"{b'tr0ub4dor'.hex()} {b'tr0ub4dor'.hex().upper()}") == "[redacted password] [redacted password]"


def test_of_a_known_token_the_signature_is_wiped_alone_and_the_claims_are_not() -> None:
    header, claims, signature = *JWT.split(".")[:2], "c2lnbmF0dXJlIG9mIGEga2V5IHRoYXQgbm9ib2R5IGhhcw"
    remember(f"{header}.{claims}.{signature}", "token")

    assert redact(f"{header} {claims} {signature}") == f"{header} {claims} [redacted token]"


def test_a_secret_that_is_part_of_another_does_not_leave_the_rest_standing() -> None:
    remember("hunter", "short one")
    remember("hunter-of-stars", "long one")

    assert redact("hunter-of-stars and hunter") == "[redacted long one] and [redacted short one]"


def test_a_secret_keeps_the_kind_under_which_it_was_first_known() -> None:
    remember("hunter-of-stars", "password")
    remember("hunter-of-stars", "token")

    assert redact("hunter-of-stars") == "[redacted password]"


@pytest.mark.parametrize("value", ["", "abcd", "false", "Password", "registry", "GitLab"])
def test_a_value_that_hides_nothing_does_not_spoil_honest_text(value: str) -> None:
    remember(value, "password")
    text = "The registry and GitLab: password false, abcd"

    assert redact(text) == text
    assert str(Secret(value, "password")) == "[redacted password]"


def test_every_part_of_a_remembered_key_is_wiped() -> None:
    body = ("A" * 64, "B" * 64)
    remember(PEM.format("RSA PRIVATE KEY", *body), "private key")

    for part in body:
        assert redact(f"line: {part}") == "line: [redacted private key]"


def test_a_second_key_that_nobody_remembered_is_wiped_after_one_that_is_known() -> None:
    first = PEM.format("RSA PRIVATE KEY", "A" * 64, "B" * 64)
    second = PEM.format("RSA PRIVATE KEY", "C" * 64, "D" * 20)
    remember(first, "private key")

    shown = redact(f"{first}between\n{second}after")

    assert "between" in shown
    assert shown.endswith("after")
    assert not any(letter * 20 in shown for letter in "ABCD")


@pytest.mark.parametrize("label", ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])
def test_a_private_key_is_known_by_its_armour(label: str) -> None:
    shown = redact("x\n" + PEM.format(label, "M" * 64, "N" * 12) + "y")

    assert shown == "x\n[redacted private key]\ny"


def test_half_a_key_is_wiped_to_the_end_and_a_certificate_stays() -> None:
    certificate = PEM.format("CERTIFICATE", "A" * 64, "B" * 64)

    assert redact(certificate) == certificate
    assert redact("-----BEGIN PRIVATE KEY-----\nMMMM") == "[redacted private key]"


JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (f"token {JWT} was refused", JWT),
        ("Authorization: Basic Ym9iOnB3", "Ym9iOnB3"),
        ("authorization: bearer 0123456789abcdef", "0123456789abcdef"),
        ('{"Authorization": ["Bearer 0123456789abcdef"]}', "0123456789abcdef"),
        ('{\\"Authorization\\":\\"Bearer 0123456789abcdef\\"}', "0123456789abcdef"),
        ("map[Authorization:[Bearer 0123456789abcdef]]", "0123456789abcdef"),
        ("('Authorization', 'Basic Ym9iOnB3')", "Ym9iOnB3"),
        ("Proxy-Authorization: Basic Ym9iOnB3", "Ym9iOnB3"),
        ('Authorization: Digest username="bob", response="6629fae49393a05397450978507c4ef1"', "6629fae4939"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=A/20260101/x, Signature=5d672d79c15b13162", "5d672d79c15b"),
        ("PRIVATE-TOKEN: 0123456789abcdef", "0123456789abcdef"),
        ("X-Amz-Security-Token: FwoGZXIvYXdzEBY", "FwoGZXIvYXdzEBY"),
        ("Cookie: _gitlab_session=0123456789", "0123456789"),
        ('Set-Cookie: a="0123456789"; Path=/', "0123456789"),
        ('{"Set-Cookie": "a=0123456789; Path=/", "n": 1}', "0123456789"),
        ('{\\"Cookie\\": \\"a=0123456789\\"}', "0123456789"),
        ("redis://:0123456789@cache:6379", "0123456789"),
        ("https://bob:pass@word@host/v2/", "s@w"),
        ("https://s3/b?X-Amz-Signature=0123456789&x=1", "0123456789"),
        ('"https://s3/b?x=1\\u0026X-Amz-Signature=0123456789"', "0123456789"),
        ("https://h/?to=https%3A%2F%2Fs3%3FX-Amz-Signature%3D0123456789", "0123456789"),
        ("/v2/a/blobs/uploads/1?_state=0123456789", "0123456789"),
        ("https://h/api?private_token=0123456789", "0123456789"),
        ("https://cdn/b?Policy=0123456789&Key-Pair-Id=K", "0123456789"),
        ("https://cdn/b?verify=1700000000-0123456789", "0123456789"),
        ("https://cdn/b?__token__=exp=1~acl=/*~hmac=0123456789", "0123456789"),
        ("https://cdn/b?hdnea=exp=1~hmac=0123456789", "0123456789"),
        ("/v2/a/blobs/uploads/1?upload_token=0123456789", "0123456789"),
        ("secretkey: 0123456789", "0123456789"),
        ("REGISTRY_HTTP_SECRET=0123456789", "0123456789"),
        ("gitlab_rails['smtp_password'] = 'two words'", "words"),
        ('gitlab_rails[\'redis_password\'] = "a\\"bcdef"', "bcdef"),
        ("'aws_secret_access_key' => '01234/+56789'", "01234"),
        ("password: a,b}c", "b}c"),
        ('{\\"secretkey\\":\\"0123456789\\",\\"region\\":1}', "0123456789"),
        ("db_key_base: 0123456789", "0123456789"),
        ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN7"),
        ("docker login -u bob -p glpat-0123456789abcdefghij", "0123456789"),
        ("gldt-0123456789abcdefghij", "0123456789"),
    ],
)
def test_what_has_the_shape_of_a_secret_is_wiped_once_and_for_all(text: str, gone: str) -> None:
    shown = redact(text)

    assert gone not in shown
    assert "[redacted" in shown
    assert redact(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "error authorizing context: authorization token required",
        "the authorization server refused: see its log",
        'Www-Authenticate: Bearer realm="https://gitlab.example.com/jwt/auth",service="container_registry"',
        "docker://localhost:5000/group/image@sha256:" + "a" * 64,
        "https://registry.example.com:5050/v2/",
        "http://[::1]:5001/debug/health",
        "the password is empty.",
        "registry['accesskey'] is not set",
        "no cookie was sent",
        "invalid character '<' looking for beginning of value",
        "auth.token.rootcertbundle: /var/opt/gitlab/registry/gitlab-registry.crt",
        "token signed by untrusted key with ID: ABCD:EFGH",
    ],
)
def test_honest_text_stays_word_for_word(text: str) -> None:
    assert redact(text) == text


def test_in_json_what_follows_a_secret_survives() -> None:
    shown = redact('{"password": "0123456789", "region": "eu"}')

    assert json.loads(shown) == {"password": "[redacted]", "region": "eu"}


ADVERSARIAL = {
    "armour": "-----BEGIN PRIVATE KEY-----",
    "labels": "-----BEGIN A PRIVATE KEY-----\n-----END B PRIVATE KEY-----\n",
    "jwt heads": "eyJaaaaaaaaa",
    "jwt dots": "eyJaaaaaaaaa.",
    "authorization": "authorization: ",
    "digest": "authorization: digest ",
    "dashes": "authorization-",
    "cookies": 'cookie="',
    "cookie quotes": '="',
    "userinfo": "://a:",
    "query": "?token=",
    "assignments": "password=",
    "quoted": "password='",
    "escaped": 'password: \\"\\',
    "spaces": "password" + " " * 20,
    "aws": "AKIA",
    "gitlab": "glpat-",
    "token header": "private-token: ",
}


@pytest.mark.parametrize("piece", ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_time_grows_in_proportion_to_the_text(piece: str) -> None:
    small = piece * (100_000 // len(piece))

    def seconds(text: str) -> float:
        began = time.process_time()
        redact(text)
        return time.process_time() - began

    one = min(seconds(small) for _ in range(3))
    eight = seconds(small * 8)

    # In proportion it is 8; quadratic, 64. The constant covers what is too short to be measured.
    assert eight < 24 * one + 0.25


def test_every_text_of_a_secret_is_its_placeholder() -> None:
    secret = Secret("hunter-of-stars", "password")
    placeholder = "[redacted password]"

    assert str(secret) == repr(secret) == f"{secret}" == f"{secret!s}" == "%s" % secret == placeholder  # noqa: UP031
    assert f"{secret:>25}" == placeholder.rjust(25)
    assert f"{[secret]}" == f"[{placeholder}]"
    assert json.dumps({"password": secret}, default=str) == f'{{"password": "{placeholder}"}}'
    assert secret.reveal() == "hunter-of-stars"
    assert not hasattr(secret, "__dict__")


def test_an_error_about_a_secret_does_not_tell_it() -> None:
    secret = Secret("hunter" + "-of-stars", "password")
    logins: dict[Secret, str] = {}
    with pytest.raises(KeyError) as raised:
        logins[secret]
    told = "".join(traceback.format_exception(raised.value))

    assert "hunter" not in told
    assert "[redacted password]" in told


@pytest.mark.parametrize("write", [pickle.dumps, copy.deepcopy, copy.copy])
def test_a_secret_cannot_be_pickled_or_copied(write: object) -> None:
    assert callable(write)
    with pytest.raises(TypeError, match="cannot be pickled"):
        write(Secret("hunter-of-stars", "password"))


def test_secrets_are_equal_by_value_and_false_when_there_is_nothing_to_hide() -> None:
    assert Secret("hunter-of-stars", "a") == Secret("hunter-of-stars", "b")
    assert len({Secret("hunter-of-stars", "a"), Secret("hunter-of-stars", "b")}) == 1
    assert Secret("hunter-of-stars", "a") != Secret("hunter", "a")
    assert Secret("hunter-of-stars", "a") != "hunter-of-stars"
    assert not Secret("", "a")
    assert Secret("x", "a")


def test_a_tree_is_redacted_in_its_keys_and_values_and_keeps_its_shape() -> None:
    secret = Secret("hunter-of-stars", "password")
    tree = {"hunter-of-stars": [secret, ("a hunter-of-stars", 1)], "n": None, "b": True}

    assert redact_tree(tree) == {
        "[redacted password]": ["[redacted password]", ["a [redacted password]", 1]],
        "n": None,
        "b": True,
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.text(min_size=8).filter(lambda value: value.lower() not in redaction._WORDS), st.text(), st.text())
def test_a_remembered_value_never_comes_through(value: str, before: str, after: str) -> None:
    redaction._known = {}
    remember(value, "password")

    assert value not in redact(before + value + after)


def test_an_htpasswd_file_is_named_and_no_password() -> None:
    assert redact("htpasswd: invalid entry, htpasswd=/etc/users") == "htpasswd: invalid entry, htpasswd=/etc/users"
    assert "hunter2" not in redact("passwd: hunter2hunter2")


def test_the_path_of_a_file_called_passwd_is_no_name_of_a_secret() -> None:
    for text in ("'file:///etc/passwd': scheme, host and port alone", "--upstream /etc/passwd: not a URL"):
        assert redact(text) == text


RECEIVED = "d41d8cd98f00b204e980"


def test_what_a_server_gave_is_wiped_where_it_can_be_a_secret() -> None:
    remember(RECEIVED, "token", received=True)
    assert redact(f"a {RECEIVED} b") == "a [redacted token] b"
    assert str(Secret("regdoctor", "token", received=True)) == "[redacted token]"


@pytest.mark.parametrize(
    "chosen", ["http://127.0.0.1", "regdoctor", "realm_answers_html", "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.regdoctor"]
)
def test_a_server_does_not_choose_what_the_report_hides(chosen: str) -> None:
    Secret(chosen, "token", received=True)
    text = "http://127.0.0.1:5000: realm_answers_html: sudo regdoctor check auth"
    assert redact(text) == text


def test_a_key_that_is_known_leaves_no_half_of_a_placeholder_in_a_presigned_url() -> None:
    key = Secret("LABCANARY0123456789", "accesskey")
    url = f"https://s3.example/b?X-Amz-Credential={key.reveal()}%2F20261123%2Fus-east-1&X-Amz-Date=2&token=&x=1"
    wiped = redact(url)
    assert wiped == "https://s3.example/b?X-Amz-Credential=[redacted]&X-Amz-Date=2&token=&x=1"
    assert redact(wiped) == wiped
