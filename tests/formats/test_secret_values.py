"""Secrets are told by their key and by their shape; what is none stays readable."""

from __future__ import annotations

import time

import pytest

from regdoctor import redaction
from regdoctor.formats.secret_values import seal_registry, seal_shape
from regdoctor.redaction import Secret

SECRET_PATHS = [
    "storage.s3.accesskey",
    "storage.s3.secretkey",
    "storage.s3.SecretKey",
    "storage.s3.secret_key",
    "storage.s3.access.key",
    "storage.s3.sessiontoken",
    "storage.azure.accountkey",
    "storage.azure.credentials.secret",
    "storage.swift.password",
    "storage.swift.tempurlkey",
    "storage.oss.accesskeyid",
    "storage.oss.accesskeysecret",
    "storage.gcs.credentials",
    "storage.gcs.credentials.private_key",
    "storage.gcs.credentials.private_key_id",
    "storage.gcs.encryptionkey",
    "http.secret",
    "HTTP.Secret",
    "redis.password",
    "redis.sentinelpassword",
    "redis.cache.password",
    "proxy.password",
    "database.password",
    "notifications.endpoints.0.headers.Authorization",
    "notifications.endpoints.0.headers.Authorization.0",
    "health.http.0.headers.X-Token.0",
    "log.hooks.0.options.smtp.password",
    "reporting.bugsnag.apikey",
    "reporting.newrelic.licensekey",
    "reporting.sentry.dsn",
    "middleware.storage.0.options.privatekey",
]
PLAIN_PATHS = [
    "auth.token.realm",
    "auth.token.rootcertbundle",
    "auth.htpasswd.realm",
    "auth.htpasswd.path",
    "http.addr",
    "http.tls.key",
    "http.headers.X-Content-Type-Options.0",
    "storage.s3.keyid",
    "storage.s3.bucket",
    "storage.gcs.keyfile",
    "storage.gcs.credentials.type",
    "storage.gcs.credentials.client_email",
    "storage.azure.accountname",
    "database.sslkey",
    "redis.tls.key",
]


@pytest.mark.parametrize("path", SECRET_PATHS)
def test_the_value_at_a_secret_path_is_wrapped(path: str) -> None:
    kept = seal_registry(tuple(path.split(".")), "planted-4711-value", "planted-4711-value")
    assert isinstance(kept, Secret)
    assert kept.reveal() == "planted-4711-value"
    assert "planted" not in f"{kept}{kept!r}"


@pytest.mark.parametrize("path", PLAIN_PATHS)
def test_the_value_at_any_other_path_stays(path: str) -> None:
    assert seal_registry(tuple(path.split(".")), "value", "value") == "value"


def test_a_number_is_wrapped_as_it_was_written_and_the_placeholder_names_the_key() -> None:
    kept = seal_registry(("redis", "Password"), "0123456", 42798)
    assert kept == Secret("0123456", "x")
    assert str(kept) == "[redacted Password]"
    header = seal_registry(("notifications", "endpoints", "0", "headers", "Authorization", "0"), "Bearer x", "Bearer x")
    assert str(header) == "[redacted Authorization]"


@pytest.mark.parametrize(("text", "value"), [("", ""), ("", None), ("null", None), ("true", True)])
def test_what_hides_nothing_stays_so_that_checks_can_tell(text: str, value: str | bool | None) -> None:
    assert seal_registry(("http", "secret"), text, value) is value


def test_the_cloudfront_key_is_a_path_unless_it_is_the_key_itself() -> None:
    path = ("middleware", "storage", "0", "options", "privatekey")
    assert seal_registry(path, "/etc/pk.pem", "/etc/pk.pem") == "/etc/pk.pem"


@pytest.mark.parametrize(
    ("text", "kept", "password"),
    [
        (
            "https://bob:hunter2x@hub.example.com/v2",
            "https://bob:[redacted password]@hub.example.com/v2",
            "hunter2x",
        ),
        ("redis://:p%40ssword@r:6379/0", "redis://:[redacted password]@r:6379/0", "p@ssword"),
        ("redis://:a/b@c-word@r:6379", "redis://:[redacted password]@r:6379", "a/b@c-word"),
        ("redis://:123456@r:6379", "redis://:[redacted password]@r:6379", "123456"),
        (
            "redis://:first-one@a:1,redis://u:second-one@b:2",
            "redis://:[redacted password]@a:1,redis://u:[redacted password]@b:2",
            "first-one",
        ),
    ],
)
def test_the_password_in_a_url_is_wiped_and_remembered(text: str, kept: str, password: str) -> None:
    assert seal_shape(text, text) == kept
    assert redaction.redact(f"it says {password} here") == "it says [redacted password] here"


@pytest.mark.parametrize(
    "text",
    [
        "http://127.0.0.1:5000/a@b",
        "https://registry.example.com:5050",
        "user@example.com",
        "http://[::1]:5000?x=@",
    ],
)
def test_a_url_without_a_password_stays(text: str) -> None:
    assert seal_shape(text, text) == text


def test_private_keys_and_aws_key_ids_are_secret_wherever_they_stand() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n"
    assert isinstance(seal_registry(("log", "fields", "note"), key, key), Secret)
    assert isinstance(seal_registry(("log", "fields", "note"), "AKIA" + "A" * 16, "AKIA" + "A" * 16), Secret)


@pytest.mark.parametrize(
    "text", ["a" * 10**6 + "@", "a://b:" * 10**5 + "@", "://" * 10**5 + ":x@" * 10**5, "://:" + "@" * 10**6]
)
def test_long_texts_are_searched_in_no_time(text: str) -> None:
    began = time.monotonic()
    seal_shape(text, text)
    assert time.monotonic() - began < 10
