"""S3-14, S3-17: the size of the parts in which layers go to S3."""

import re

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change

_MEBIBYTE = 1 << 20
_LEAST = 5 * _MEBIBYTE
_MOST = 5 << 30
"""Bytes: minChunkSize and maxChunkSize in registry/storage/driver/s3-aws/s3.go."""
_DEFAULT = 10 * _MEBIBYTE
_PARTS = 10_000
"""The most parts of one upload (Amazon S3, multipart upload limits)."""
_ADVISED = 25 * _MEBIBYTE
"""GitLab's administration page advises 25 to 50 MB for large pushes."""


@check(
    title="chunksize is a number of bytes that S3 takes",
    severity=Severity.CRITICAL,
    failure_modes=("S3-14", "S3-17"),
    symptoms=(
        "parameter should be a number between 5242880 and 5368709120 (inclusive)",
        "chunksize parameter must be an integer",
        "invalid value for chunksize",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_chunksize_invalid(config: RegistryConfig, product: Product) -> Outcome:
    """Layers go to S3 in parts of chunksize bytes, at least 5 MiB (5242880) and at most 5 GiB each.

    Outside of that the registry panics: `the chunksize 1048576 parameter should be a number between 5242880 and
    5368709120 (inclusive)`. It is a plain number of bytes: `25MB` is refused, and so is a number with a fraction or an
    exponent, as Helm writes large numbers that are not quoted (2.62144e+07). Without chunksize it is 10 MiB.

    S3 takes 10,000 parts in one upload, so chunksize also limits a layer: to 48 GiB with 5 MiB, to 97 GiB with the
    default. GitLab's administration page advises 25 to 50 MB where large pushes fail with `unexpected EOF`; each
    running upload holds about one part in memory.

    Write a number of bytes, such as 26214400 for 25 MiB, in quotes in Helm's values, and restart the registry.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    value = parameters.section.at("chunksize")
    if value is None or value.decided().value is None:
        return Pass("the default of 10 MiB")
    text = value.text()
    if isinstance(value.value, float) and product.may_be(Generation.GITLAB):
        return Unknown(
            f"distribution does not take {text}, a number with a fraction; whether GitLab's registry does is open"
        )
    number = _number(value, text or "")
    if number is None:
        return _refused(parameters, value, f'chunksize is "{shown(value)}", which is no whole number of bytes')
    if number < _LEAST or number > _MOST:
        return _refused(parameters, value, f"chunksize is {number} bytes, outside of 5242880 to 5368709120")
    return _limits(parameters, value, number)


def _number(value: Located, text: str) -> int | None:
    """As strconv.ParseInt(text, 0, 64) of Go reads it."""
    if isinstance(value.value, bool | float):
        return None
    if not re.fullmatch(r"[-+]?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,19})", text):
        return None
    return int(text, 16) if "x" in text.lower() else int(text)


def _refused(parameters: S3Parameters, value: Located, problem: str) -> Fail:
    return Fail(
        f"{problem}: the registry does not start",
        evidence=(value.quote(),),
        resource=parameters.setting("chunksize"),
        failure_modes=("S3-14",),
        remedy=change(parameters.setting("chunksize"), _ADVISED, "Write a number of bytes; this is 25 MiB.", now=value),
    )


def _limits(parameters: S3Parameters, value: Located, number: int) -> Outcome:
    largest = number * _PARTS // (1 << 30)
    if number >= _DEFAULT or number == _LEAST:  # the least is what distribution's own example writes
        return Pass(f"{number // _MEBIBYTE} MiB, so layers up to {largest} GiB")
    return Fail(
        f"chunksize is {number} bytes, below the default: with S3's 10,000 parts no layer may be above {largest} GiB",
        evidence=(value.quote(),),
        resource=parameters.setting("chunksize"),
        severity=Severity.INFO,
        failure_modes=("S3-17",),
        remedy=change(
            parameters.setting("chunksize"),
            _ADVISED,
            "Where layers may be as large as that, write a larger number of bytes; this is 25 MiB.",
            now=value,
        ),
    )
