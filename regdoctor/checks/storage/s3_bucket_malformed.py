"""S3-24: what stands for the bucket's name is none."""

from __future__ import annotations

import re

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, check
from regdoctor.formats.config_layers import holds_file
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_hosts import endpoint_address, is_amazon
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.remedies import change, remove

_ARN = re.compile(r"arn:aws[a-z-]*:s3:::(?P<bucket>[^/]*)")
"""A bucket's ARN. An access point's has a region and an account in it, and the AWS SDK takes it for a bucket."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_AMAZONS = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Bucket naming rules of Amazon S3; us-east-1 has older buckets that do not keep them."""


@check(
    title="The S3 bucket is named by its bare name",
    severity=Severity.ERROR,
    failure_modes=("S3-24",),
    symptoms=("no bucket parameter provided", "NoSuchBucket", "InvalidBucketName"),
    explains=("registry_unhealthy",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def s3_bucket_malformed(config: RegistryConfig) -> Outcome:
    """bucket is the name of a bucket that exists: no URL, no ARN, no folder in it.

    With `s3://`, a slash, a blank or an ARN in it every request to the storage is refused or finds nothing; without
    any name the registry stops at its start with `no bucket parameter provided`.

    Write the bare name. Name a folder below which the registry should keep its files in rootdirectory.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        return Skip("no storage in S3 is configured here")
    bucket = s3.value("bucket")
    if bucket is None:
        return (
            _missing(s3)
            if holds_file(config)
            else Skip("config.yml itself is not seen here, only the environment of the registry")
        )
    name = s3.written("bucket")
    if name.startswith("arn:") and not _ARN.match(name):
        return Pass("the bucket is named by an access point's ARN")
    problem = _problem(s3, name)
    if problem is None:
        return Pass(f"bucket {name}")
    mended, folder = _taken_apart(name)
    below = f" {folder!r} goes into rootdirectory, if the registry's files are below it." if folder else ""
    setting = s3.setting("bucket")
    why = f"Write the bucket's bare name.{below}"
    return Fail(
        f"bucket is {name!r}: {problem}",
        remedy=change(setting, mended, why, now=bucket)
        if mended and not _problem(s3, mended)
        else remove(setting, why),
        evidence=(bucket.quote(), *_neighbours(s3)),
        resource=setting,
    )


def _missing(s3: S3Parameters) -> Fail:
    setting = s3.setting("bucket")
    said = s3.section.at("bucket")
    return Fail(
        f"storage.{s3.driver} names no bucket: the registry does not start",
        remedy=change(setting, "registry", "Name the bucket (here it is called `registry`; put in the name of yours)."),
        evidence=(said.quote() if said else Quote(s3.section.place.source, s3.section.name, s3.section.place.line),),
        resource=setting,
        severity=Severity.CRITICAL,
    )


def _problem(s3: S3Parameters, name: str) -> str | None:
    """Why it is no name; None where it is one, or where that is not for us to know."""
    if any(char.isspace() or char in "\"'," for char in name):
        return "a bucket's name has no blanks, quotation marks or commas"
    if _ARN.match(name):
        return "that is its ARN, not its name"
    if _SCHEME.match(name):
        return "that is an address, not a name"
    if "/" in name:
        return "a bucket's name has no folder in it"
    region = s3.text("region")
    if _is_amazons(s3) and region not in (None, "", "us-east-1") and not _AMAZONS.fullmatch(name):
        return f"Amazon has no such names in {region} (3 to 63 small letters, digits, dots and dashes)"
    return None


def _is_amazons(s3: S3Parameters) -> bool:
    endpoint = s3.written("regionendpoint")
    address = endpoint_address(endpoint)
    return not endpoint or (address is not None and is_amazon(address.host))


def _taken_apart(name: str) -> tuple[str, str]:
    """The bucket that is meant, and the folder that was written with it."""
    bare = name.strip(" \t\r\n\"',")
    arn = _ARN.match(bare)
    bare = bare[arn.start("bucket") :] if arn else _SCHEME.sub("", bare)
    bucket, _, folder = bare.strip("/").partition("/")
    return bucket, folder


def _neighbours(s3: S3Parameters) -> tuple[Quote, ...]:
    found: list[Located | None] = [s3.value("regionendpoint"), s3.value("region")]
    return tuple(one.quote() for one in found if one)
