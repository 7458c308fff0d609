"""The registry's S3 user may not read blobs, so the links that the registry signs are refused."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Settings


def _weaker(settings: Settings) -> Settings:
    return replace(settings, identity="no-blob-read")


FAULT = Fault(
    title="The registry's S3 user may not read (GET, HEAD) the objects below blobs/",
    check="s3_blob_read_forbidden",
    failure_modes=("S3-06",),
    also=("health_lies",),
    settings=_weaker,
)
