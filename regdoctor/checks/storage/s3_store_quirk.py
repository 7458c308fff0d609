"""S3-13, S3-26, S3-27: the store is known not to do all that this registry's driver asks of it."""

from typing import NamedTuple

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of, origin_of
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.s3_bucket import BucketSettings, StoreKind, kind_of
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import clean, short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_endpoint, s3_parameters
from regdoctor.injection import Absent
from regdoctor.remedies import change
from regdoctor.sign import sign

_LARGE = 104857600
"""Bytes: the parts with which registries on R2 are run (balena-io/open-balena-registry, issue 251)."""


class _Quirk(NamedTuple):
    """What a store does otherwise than Amazon's."""

    mode: str
    message: str
    remedy: Remedies


@check(
    title="The object store does what this registry's driver asks of it",
    severity=Severity.WARNING,
    failure_modes=("S3-13", "S3-26", "S3-27"),
    symptoms=(
        "All non-trailing parts must have the same length",
        "InvalidPart: There was a problem with the multipart upload",
        "XAmzContentSHA256Mismatch",
        "NotImplemented: A header or query you provided requested functionality not implemented",
    ),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_store_quirk(config: RegistryConfig, product: Product, bucket: BucketSettings | Absent) -> Outcome:
    """S3 is Amazon's, and other stores do most of it. Three differences are known to hurt registries.

    Cloudflare R2 takes only parts of the same length, the last one apart, and distribution 2 sends what it has at the
    end of each request of the client: a layer in several requests fails with `All non-trailing parts must have the same
    length`. Google's interoperability has no copy of parts, by which the driver moves what is larger than
    multipartcopythresholdsize (32 MiB). GitLab's driver s3_v2
    adds checksums that Ceph, and stores made of it, refuse with XAmzContentSHA256Mismatch.

    With R2 use distribution 3, or set chunksize above the largest layer. With Google use the driver gcs. With Ceph set
    checksum_disabled: true where pushes fail.
    """
    parameters, endpoint = s3_parameters(config), s3_endpoint(config)
    if parameters is None or endpoint is None:
        return Skip("the storage is not S3, or names no bucket")
    told = bucket if isinstance(bucket, BucketSettings) and bucket.kind is not None else None
    kind = told.kind if told is not None else kind_of(endpoint.url)
    if kind is None:
        return Pass("nothing tells whose store it is, or it is not one of those with known differences")
    quirk = _quirk(kind, parameters, product)
    if isinstance(quirk, str):
        return Unknown(quirk)
    if quirk is None:
        return Pass(f"{kind} does what this registry's driver asks")
    address = parameters.value("regionendpoint")
    said = (address.quote(),) if address is not None else (Quote(endpoint.url, f"the store is {kind}"),)
    return Fail(
        quirk.message,
        evidence=(*said, *(told.quote_of("HeadBucket") if told is not None else ()), *product.evidence[:1]),
        resource=parameters.setting("regionendpoint"),
        failure_modes=(quirk.mode,),
        remedy=quirk.remedy,
    )


def _quirk(kind: StoreKind, parameters: S3Parameters, product: Product) -> _Quirk | str | None:
    """What is wrong; a text says why it is not known."""
    if kind is StoreKind.R2:
        return _parts_of_one_length(parameters, product)
    if kind is StoreKind.GOOGLE:
        remedy = Remedy(
            "Store with the driver gcs, which speaks Google's own interface: the same bucket, a service account, and "
            "no copying."
        )
        message = (
            "Google's interoperability copies no parts (UploadPartCopy), as this driver does with layers above 32 MiB"
        )
        return _Quirk("S3-27", message, {Dialect.PLAIN: remedy})
    if (
        kind is StoreKind.CEPH
        and parameters.driver == "s3_v2"
        and not parameters.flag("checksum_disabled", default=False)
    ):
        setting = parameters.setting("checksum_disabled")
        why = "Let the driver add no checksums, which Ceph is known to refuse."
        message = "The driver s3_v2 adds checksums to what it sends, and Ceph is known to refuse them"
        return _Quirk("S3-13", message, change(setting, True, why, now=parameters.value("checksum_disabled")))
    return None


def _parts_of_one_length(parameters: S3Parameters, product: Product) -> _Quirk | str | None:
    text = parameters.text("chunksize") or ""
    if text.isdecimal() and len(text) < 16 and int(text) >= _LARGE:
        return None
    if product.generation is None:
        return f"it depends on the product whether R2 takes its uploads: {product.reason}"
    if not product.must_be(Generation.DISTRIBUTION_2):
        return None
    why = "Let a layer go in one part: above the largest layer, which this is where layers have up to 100 MiB."
    message = f"Cloudflare R2 takes only parts of the same length, and {product.words()} sends them as they come"
    return _Quirk(
        "S3-26", message, change(parameters.setting("chunksize"), _LARGE, why, now=parameters.value("chunksize"))
    )


_MISMATCH = "XAmzContentSHA256Mismatch"


@sign(s3_store_quirk, parts=(Part.REGISTRY,), statuses=(500, 503))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """The store's code in the registry's own error: distribution 3 and GitLab's registry write it, 2.8 does not."""
    if call.status not in (500, 503) or not answered_by_registry_or_proxy(call):
        return None
    said = next((str(error) for error in errors_of(call) if _MISMATCH in str(error)), "")
    if not said:
        return None
    return Fail(
        "The object store works out another checksum than the registry's driver sent it, and an upload ends in "
        f"{call.status}: {short(said)}",
        evidence=(call.exchange.quote(), Quote(call.exchange.quote().source, clean(said))),
        resource=origin_of(call),
        failure_modes=("S3-13",),
        remedy=change(
            "storage.s3_v2.checksum_disabled",
            True,
            "See that nothing between registry and store changes bodies. With GitLab's driver s3_v2, before Ceph and "
            "other stores that do not know its checksums, switch them off.",
        ),
    )
