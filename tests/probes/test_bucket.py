"""Requests to the bucket: signed so that a store agrees, and answers taken only for what they are."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest

from regdoctor.check import Quote
from regdoctor.distribution.credential_chains import Source
from regdoctor.evidence.s3_identity import Keys, S3Identity
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.bucket import registry_bucket
from regdoctor.redaction import Secret

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
PAGE = b"<?xml version='1.0'?><ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>%s</ListBucketResult>"


def config(url: str, more: str = "", secret: str = SECRET, access: str = "AKIAIOSFODNN7EXAMPLE") -> RegistryConfig:
    """A registry that keeps its blobs at `url`."""
    text = (
        f"storage: {{s3: {{regionendpoint: '{url}', region: eu-central-1, bucket: reg, accesskey: {access}, "
        f"secretkey: {secret} {more}}}}}"
    )
    return parse_registry_config(text.encode(), "config.yml")


def verified(one: Any, secret: str = SECRET, access: str = "AKIAIOSFODNN7EXAMPLE") -> bool:
    """Whether the request carries the signature that botocore's own signer makes of what arrived."""
    sent = one.headers["Authorization"]
    names = sent.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {name: value for name, value in one.headers.items() if name.lower() in names and name.lower() != "host"}
    request = AWSRequest(method=one.method, url=f"http://{one.headers['Host']}{one.path}", headers=headers)
    request.context["timestamp"] = one.headers["X-Amz-Date"]
    signer = S3SigV4Auth(SimpleNamespace(access_key=access, secret_key=secret, token=None), "s3", "eu-central-1")
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return f"Signature={signer.signature(text, request)}" in sent and f"Credential={access}/" in sent


def test_every_call_is_signed_as_the_store_expects(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, PAGE % b""))
    bucket = registry_bucket(config(server.url), door)
    bucket.list("docker/a b+ü/", 5, after="k/~1&2=3")
    bucket.head("docker/ü x/data")
    bucket.first_byte("a+b")
    bucket.get("c", 100)
    bucket.location()
    bucket.running_uploads("docker/a b/")
    assert [verified(one) for one in server.seen] == [True] * 6
    assert not verified(server.seen[0], secret="another")
    query = urllib.parse.parse_qs(server.seen[0].path.partition("?")[2])
    assert query == {"max-keys": ["5"], "prefix": ["docker/a b+ü/"], "marker": ["k/~1&2=3"]}
    assert server.seen[2].headers["Range"] == "bytes=0-0"
    assert all(SECRET not in str(one) for one in server.seen)


def test_keys_that_yaml_reads_as_numbers_are_taken_as_text(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b""))
    registry_bucket(config(server.url, secret="0123456", access="98765"), door).head("x")
    assert verified(server.seen[0], secret="0123456", access="98765")


def test_a_session_token_of_the_environment_goes_along(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b""))
    keys = Keys(Secret("ASIA", "accesskey"), Secret(SECRET, "secretkey"), Secret("FwoGZXIvYXdzEXAMPLE", "sessiontoken"))
    identity = S3Identity(Source.ENVIRONMENT, "keys of the environment", Quote("process", "AWS_ACCESS_KEY_ID"), keys)
    exchange = registry_bucket(config(server.url), door, 5.0, identity).head("x")
    assert server.seen[0].headers["X-Amz-Security-Token"] == "FwoGZXIvYXdzEXAMPLE"
    assert "FwoGZXIvYXdzEXAMPLE" not in str(exchange.quote())


def test_a_session_token_of_the_configuration_is_left_out_as_every_driver_does(
    serve: Callable[..., Any], door: Http
) -> None:
    server = serve(lambda _: (200, {}, b""))
    registry_bucket(config(server.url, ", sessiontoken: FwoGZXIvYXdzEXAMPLE"), door).head("x")
    assert "X-Amz-Security-Token" not in server.seen[0].headers


def test_path_style_and_virtual_host_style(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, b""))
    registry_bucket(config(server.url), door).head("k")
    assert server.asked() == ["HEAD /reg/k"]
    named = server.url.replace("127.0.0.1", "s3.localhost")
    exchange = registry_bucket(config(named, ", pathstyle: false"), door).head("k")
    assert exchange.url == f"{named.replace('//', '//reg.')}/k"


def test_escaped_keys_are_read_back(serve: Callable[..., Any], door: Http) -> None:
    keys = b"<Contents><Key>a&amp;b&lt;c&#x27;/link</Key></Contents><IsTruncated> true </IsTruncated>"
    server = serve(lambda _: (200, {}, PAGE % keys))
    listing = registry_bucket(config(server.url), door).list("", 10)
    assert (listing.keys, listing.more, listing.listed) == (("a&b<c'/link",), True, True)


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html><Key>no key</Key></html>"), (200, b""), (403, PAGE % b"<Key>x</Key>"), (301, PAGE % b"")],
)
def test_what_is_no_listing_has_no_keys(serve: Callable[..., Any], door: Http, status: int, body: bytes) -> None:
    server = serve(lambda _: (status, {"Location": "http://127.0.0.1:9/"}, body))
    listing = registry_bucket(config(server.url), door).list("", 10)
    assert (listing.keys, listing.listed) == ((), False)
    assert len(server.seen) == 1


def test_an_endless_listing_is_cut_and_said_to_go_on(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, PAGE % (b"<Key>x</Key>" * 300_000)))
    listing = registry_bucket(config(server.url), door).list("", 10)
    assert listing.more
    assert 0 < len(listing.keys) < 300_000


def test_what_cannot_be_asked_is_said(door: Http) -> None:
    with pytest.raises(NotApplicableError, match="stores in filesystem, not in S3"):
        registry_bucket(parse_registry_config(b"storage: {filesystem: {}}", "c"), door)
    with pytest.raises(NotApplicableError, match="names no storage"):
        registry_bucket(parse_registry_config(b"version: 0.1", "c"), door)
    with pytest.raises(CouldNotGatherError, match="no accesskey and secretkey"):
        registry_bucket(parse_registry_config(b"storage: {s3: {bucket: b, region: r}}", "c"), door)
    with pytest.raises(CouldNotGatherError, match="is no URL"):
        registry_bucket(config("http://[bad", ", pathstyle: false"), door)
