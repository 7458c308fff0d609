"""Buckets as the probe tells of them, healthy but for what a test says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange, Failure, FailureKind
from regdoctor.evidence.s3_bucket import BucketSettings, Kept, StoreAnswer
from regdoctor.formats.s3_documents import LifecycleRule, ObjectLock
from regdoctor.formats.s3_parameters import S3Endpoint

URL = "https://s3.example.com"
PARAMETERS = f"bucket: images, region: us-east-1, regionendpoint: '{URL}', accesskey: a, secretkey: b"
ENDPOINT = S3Endpoint(URL, "us-east-1", "images", path_style=True, root="")
REPOSITORIES = "docker/registry/v2/repositories/"
LISTING = b"<ListBucketResult></ListBucketResult>"


def answer(what: str, status: int = 200, body: bytes = b"", *headers: tuple[str, str]) -> StoreAnswer:
    """One answer."""
    method = "HEAD" if what == "HeadBucket" else "GET"
    return StoreAnswer(what, Exchange(method, f"{URL}/images?{what}", status=status, headers=headers, body=body))


def error(code: str, inner: str = "") -> bytes:
    """An error document."""
    return f"<Error><Code>{code}</Code><Message>said</Message>{inner}</Error>".encode()


def bucket(**told: Any) -> BucketSettings:
    """A healthy bucket with an image in it; `told` are fields that differ."""
    answers = (answer("HeadBucket"), answer("ListObjects", 200, LISTING), answer("GetBucketLifecycleConfiguration"))
    healthy = BucketSettings(
        ENDPOINT,
        Quote("/etc/docker/registry/config.yml", "bucket: images", 5),
        answers,
        versioning=False,
        lifecycle=(),
        lock=ObjectLock(False),
        ownership="BucketOwnerEnforced",
        encryption=("AES256", ""),
        inside=kept(f"{REPOSITORIES}app/_layers/sha256/aa/link"),
        any_inside=True,
    )
    return replace(healthy, **told)


def refusing(status: int, body: bytes = b"", *headers: tuple[str, str]) -> BucketSettings:
    """A bucket that answers a listing so."""
    answers = (answer("HeadBucket", status, b"", *headers), answer("ListObjects", status, body, *headers))
    return BucketSettings(ENDPOINT, Quote("config.yml", "bucket: images", 5), answers)


def silent(kind: FailureKind = FailureKind.REFUSED) -> BucketSettings:
    """A store that does not answer."""
    exchange = Exchange("HEAD", f"{URL}/images", failure=Failure(kind, "s3.example.com:443: no answer"))
    return BucketSettings(ENDPOINT, Quote("config.yml", "bucket: images", 5), (StoreAnswer("HeadBucket", exchange),))


def kept(*keys: str, prefix: str = REPOSITORIES, whole: bool = True) -> Kept:
    """What a listing shows."""
    return Kept(prefix, keys, whole, Quote(f"GET {URL}/images", "→ 200"))


def rule(**told: Any) -> LifecycleRule:
    """A lifecycle rule in force for every key."""
    return replace(LifecycleRule("r", enabled=True), **told)
