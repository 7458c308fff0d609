"""What is taken away from a registry's identity, one thing after another, and of which rows of the table it is all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.s3_needs import needs
from regdoctor.distribution.s3_operations import Area, Operation, Use, minimal_policy
from regdoctor.lab.image import Image
from tests.e2e.s3_policy_site import ARN, PolicySite, Statement
from tests.e2e.s3_uses import ROOT, blob_path

NEEDED = needs(Generation.DISTRIBUTION_2)
POLICY: list[Statement] = minimal_policy(ARN)["Statement"]
MOTO_DELETES: Statement = {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": ARN}
"""What moto asks for DeleteObjects; S3 itself asks for each key."""
_UPLOADS, _LINKS = "repositories/*/_uploads/*", "repositories/*/link"


@dataclass(frozen=True)
class Refusal:
    """What is taken away, and of which rows of the table that is all."""

    rows: tuple[tuple[Operation, Area], ...]
    action: str = ""
    below: Callable[[Image], str] | str = ""
    """Of which objects, below docker/registry/v2/, or what tells it of the image that is pushed; empty: the bucket."""
    listing: Area | None = None
    """Listings of which area, in place of an action."""
    large: bool = False
    """Whether the image that is pushed has a layer of more than 32 MiB."""

    @property
    def breaks(self) -> set[Use]:
        """What the table says."""
        return {use for need in NEEDED if (need.operation, need.area) in self.rows for use in need.uses}

    def apply(self, site: PolicySite, pushed: Image) -> None:
        """Take it away."""
        if self.listing is not None:
            site.refuse_listing(self.listing)
            return
        path = self.below if isinstance(self.below, str) else self.below(pushed)
        resource = f"{ARN}/{ROOT}/{path}" if path else ARN
        denied = {"Effect": "Deny", "Action": self.action, "Resource": resource}
        if self.action == "s3:DeleteObject":
            site.grant([*POLICY, MOTO_DELETES], denied_by_bucket=denied)
        else:
            site.grant([*POLICY, MOTO_DELETES, denied])


def _rows(area: Area, *operations: Operation) -> tuple[tuple[Operation, Area], ...]:
    return tuple((operation, area) for operation in operations)


_MOVING = _rows(Area.BLOBS, Operation.START_UPLOAD, Operation.COPY_PART, Operation.COMPLETE)
_PARTS = _rows(Area.UPLOADS, Operation.START_UPLOAD, Operation.PUT_PART, Operation.COPY_PART, Operation.COMPLETE)
REFUSALS = {
    "list-root": Refusal(_rows(Area.BUCKET, Operation.LIST), listing=Area.BUCKET),
    "list-blobs": Refusal(_rows(Area.BLOBS, Operation.LIST), listing=Area.BLOBS),
    "list-links": Refusal(_rows(Area.LINKS, Operation.LIST), listing=Area.LINKS),
    "list-uploads": Refusal(_rows(Area.UPLOADS, Operation.LIST), listing=Area.UPLOADS),
    "location": Refusal(_rows(Area.BUCKET, Operation.LOCATION), "s3:GetBucketLocation"),
    "list-running": Refusal(_rows(Area.BUCKET, Operation.LIST_UPLOADS), "s3:ListBucketMultipartUploads"),
    "get-blobs": Refusal(_rows(Area.BLOBS, Operation.GET), "s3:GetObject", "blobs/*"),
    "get-links": Refusal(_rows(Area.LINKS, Operation.GET), "s3:GetObject", _LINKS),
    "get-uploads": Refusal(_rows(Area.UPLOADS, Operation.GET), "s3:GetObject", _UPLOADS),
    "put-manifest": Refusal(_rows(Area.BLOBS, Operation.PUT), "s3:PutObject", lambda image: blob_path(image.manifest)),
    "copy-layer": Refusal(_rows(Area.BLOBS, Operation.COPY), "s3:PutObject", lambda image: blob_path(image.layer)),
    "move-large": Refusal(_MOVING, "s3:PutObject", lambda image: blob_path(image.layer), large=True),
    "put-links": Refusal(_rows(Area.LINKS, Operation.PUT), "s3:PutObject", _LINKS),
    "put-start": Refusal(_rows(Area.UPLOADS, Operation.PUT), "s3:PutObject", f"{_UPLOADS}/startedat"),
    "put-parts": Refusal(_PARTS, "s3:PutObject", f"{_UPLOADS}/data"),
    "list-parts": Refusal(_rows(Area.UPLOADS, Operation.LIST_PARTS), "s3:ListMultipartUploadParts", _UPLOADS),
    "abort": Refusal(_rows(Area.UPLOADS, Operation.ABORT), "s3:AbortMultipartUpload", _UPLOADS),
    "delete-uploads": Refusal(_rows(Area.UPLOADS, Operation.DELETE), "s3:DeleteObject", _UPLOADS),
    "delete-links": Refusal(_rows(Area.LINKS, Operation.DELETE), "s3:DeleteObject", _LINKS),
    "delete-blobs": Refusal(_rows(Area.BLOBS, Operation.DELETE), "s3:DeleteObject", "blobs/*"),
}
READS_OF_BLOBS = _rows(Area.BLOBS, Operation.HEAD, Operation.GET, Operation.PRESIGNED_HEAD, Operation.PRESIGNED_GET)
"""Refused together by SeaweedFS, with redirects on: moto has no links that are signed."""
