"""S3-16, S3-17: a layer as large as will be pushed does not go to S3 in parts of the size that is set."""

from collections.abc import Iterator
from typing import NamedTuple

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.remedies import change
from regdoctor.target import Target

_MEBIBYTE = 1 << 20
_PARTS = 10_000
"""The most parts of one upload (Amazon S3, multipart upload limits)."""
_LARGEST_COPY = 5 << 30
"""Bytes that one CopyObject takes (Amazon S3 API, CopyObject)."""


class _Size(NamedTuple):
    """A parameter with its default in registry/storage/driver/s3-aws/s3.go."""

    name: str
    default: int
    what: str


_SIZES = (
    _Size("chunksize", 10 * _MEBIBYTE, "is uploaded"),
    _Size("multipartcopychunksize", 32 * _MEBIBYTE, "is moved to its place"),
)
_THRESHOLD = _Size("multipartcopythresholdsize", 32 * _MEBIBYTE, "is copied at once")


@check(
    title="Layers as large as will be pushed fit into the parts of S3",
    severity=Severity.ERROR,
    failure_modes=("S3-16", "S3-17"),
    symptoms=(
        "Part number must be an integer between 1 and 10000",
        "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120",
    ),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html",
)
def s3_parts_too_small(config: RegistryConfig, target: Target) -> Iterator[Outcome]:
    """An upload to S3 has 10,000 parts at most, so parts of 10 MiB, the default, end at 97 GiB.

    A larger layer fails only after hours, at part 10,001. When the upload is complete the registry copies it to its
    place, in parts again (multipartcopychunksize, 32 MiB by default) where it is larger than
    multipartcopythresholdsize; S3 copies no more than 5 GiB at once, so a higher threshold fails as well.

    Say how large layers get with --layer-size. Set chunksize and multipartcopychunksize to more than a ten thousandth
    of that, and multipartcopythresholdsize to less than 5 GiB; each running upload holds about one part in memory.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        yield Skip("the storage is not S3")
        return
    if target.layer_size is None:
        yield Skip("how large layers get was not said: see --layer-size")
        return
    found = False
    for size in (*_SIZES, _THRESHOLD):
        value = _number(parameters, size)
        if value is None:
            found = True
            yield Unknown(f"{size.name} is no number of bytes: see s3_chunksize_invalid")
        elif (fail := _judge(parameters, size, value, target.layer_size, config.source)) is not None:
            found = True
            yield fail
    if not found:
        yield Pass(f"a layer of {target.layer_size} bytes fits")


def _number(parameters: S3Parameters, size: _Size) -> int | None:
    text = parameters.text(size.name)
    if not text:
        return size.default
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _judge(parameters: S3Parameters, size: _Size, value: int, layer: int, source: str) -> Fail | None:
    if size is _THRESHOLD:
        fits, needed, mode = min(value, layer) <= _LARGEST_COPY, 32 * _MEBIBYTE, "S3-16"
        problem = f"{size.name} is {value} bytes, and S3 copies no more than {_LARGEST_COPY} at once"
    else:
        fits, needed, mode = value * _PARTS >= layer, _rounded(layer), "S3-17"
        problem = f"{size.name} is {value} bytes, and a layer {size.what} in no more than {_PARTS} parts"
    if fits:
        return None
    setting, now = parameters.setting(size.name), parameters.value(size.name)
    said = now.quote() if now is not None else Quote(source, f"{size.name} is not set: {size.default} bytes")
    return Fail(
        f"{problem}: a layer of {layer} bytes fails",
        evidence=(said, Quote("--layer-size", f"{layer} bytes")),
        resource=setting,
        failure_modes=(mode,),
        remedy=change(setting, needed, f"Write {needed // _MEBIBYTE} MiB, with which it goes.", now=now),
    )


def _rounded(layer: int) -> int:
    """The size of parts, in whole MiB, with which the layer takes nine tenths of the parts at most."""
    return -(-layer * 10 // (9 * _PARTS * _MEBIBYTE)) * _MEBIBYTE
