"""Links that open one object of a bucket to whoever has them: who serves them, and how long they hold."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class StoreKind(enum.StrEnum):
    """By the way that a link is signed; the value as it reads in a sentence after "the"."""

    S3 = "S3 bucket"
    GCS = "GCS bucket"
    AZURE = "Azure container"
    CDN = "content delivery network"


@dataclass(frozen=True, slots=True)
class StoreLink:
    """What a link says of itself; the signature is not kept."""

    kind: StoreKind
    url: str
    """Without its query."""
    bucket: str
    """Empty where it cannot be told."""
    key: str
    """The object's key, percent-decoded; empty where bucket and key cannot be told apart."""
    digest: str
    """`sha256:…` of the blob, where the key is that of a registry's blob (…/blobs/sha256/ab/abcd…/data); else empty."""
    signed: float | None
    """Seconds since the epoch, by the signer's clock (X-Amz-Date, X-Goog-Date, st); None where it does not say."""
    expires: float | None
    """Seconds since the epoch, by the signer's clock."""
    region: str = ""
    identity: str = ""
    """The access key ID or the service account that signed; it names somebody, and is shown shortened."""


def store_link(url: str) -> StoreLink | None:
    """What a URL is as a link to a bucket, told by the names of its query's parameters; None where it is none.

    Signature Version 4 (X-Amz-Algorithm) and 2 (AWSAccessKeyId), V4 of GCS (X-Goog-Algorithm) and V2 (GoogleAccessId),
    SAS (sv and sig), CloudFront (Key-Pair-Id with Signature or Policy), Akamai and others by token are none of these.
    A cleaned URL, whose signature is a placeholder, is recognised as well.
    """
    raise NotImplementedError
