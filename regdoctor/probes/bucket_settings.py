"""Asks a bucket for one of its settings, with the registry's own credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from regdoctor.evidence.s3_bucket import StoreAnswer, Untold
from regdoctor.foreign_text import short
from regdoctor.formats.xml_tree import NotXmlError
from regdoctor.probes.bucket import Bucket

Value = TypeVar("Value")
_CAP = 1 << 20
"""Bytes of a document: 1,000 lifecycle rules, which have less than 1 KiB each."""


def ask(bucket: Bucket, what: str, query: str) -> StoreAnswer:
    """GET the sub-resource `query` of the bucket: `versioning`. `what` is the call's name in the S3 API."""
    return StoreAnswer(what, bucket.send("GET", f"{bucket.endpoint.bucket_url}?{query}", cap=_CAP))


def head_bucket(bucket: Bucket) -> StoreAnswer:
    """HeadBucket: Amazon tells the bucket's region in its headers, also to one whom it refuses."""
    return StoreAnswer("HeadBucket", bucket.send("HEAD", bucket.endpoint.bucket_url))


def told(
    answer: StoreAnswer, read: Callable[[bytes], Value], unset: str = "", default: Value | None = None
) -> Value | Untold:
    """The setting that the answer's document tells.

    unset: the code by which a store says that nothing is set, which means `default`.
    """
    exchange, error = answer.exchange, answer.error
    if unset and default is not None and error is not None and error.code == unset:
        return default
    if exchange.failure is not None:
        return Untold(f"{answer.what}: {exchange.failure.message}")
    if exchange.status != 200:
        code = f" {short(error.code)}" if error is not None else ""
        return Untold(f"the store answers {exchange.status}{code} to {answer.what}")
    if exchange.truncated:
        return Untold(f"the answer to {answer.what} does not end within {_CAP} bytes")
    try:
        return read(exchange.body)
    except NotXmlError as error_in_it:
        return Untold(f"the answer to {answer.what} is not understood: {short(str(error_in_it))}")
