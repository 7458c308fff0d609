"""S3-14, of the GCS driver: the size of the parts in which layers go to Google Cloud Storage."""

import re

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.formats.gcs_parameters import GcsParameters, gcs_parameters
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change

_STEP = 256 << 10
"""Bytes: minChunkSize in registry/storage/driver/gcs/gcs.go; Google takes parts in multiples of it."""
_ADVISED = 16 << 20
"""Bytes: the default of distribution 3."""


@check(
    title="chunksize is a number of bytes that Google Cloud Storage takes",
    severity=Severity.CRITICAL,
    failure_modes=("S3-14",),
    symptoms=(
        "chunksize should be a multiple of 262144",
        "parameter should be a number that is larger than or equal to 262144",
        "must be larger than or equal to 262144",
        "chunksize must be an integer",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/storage-drivers/gcs/",
)
def gcs_chunksize_invalid(config: RegistryConfig) -> Outcome:
    """Layers go to Google Cloud Storage in parts of chunksize bytes, which must be a multiple of 256 KiB (262144).

    With any other number the registry panics at its start: `chunksize should be a multiple of 262144`, or, below that,
    `chunksize 100000 must be larger than or equal to 262144`. It is a plain number of bytes: `5MB` is refused, and so
    is a number with a fraction or an exponent. Without chunksize it is 5 MiB, in distribution 3 16 MiB.

    Write a number of bytes, such as 16777216 for 16 MiB, in quotes in Helm's values, and restart the registry.
    """
    parameters = gcs_parameters(config)
    if parameters is None:
        return Skip("the storage is not Google Cloud Storage")
    value = parameters.value("chunksize")
    if value is None:
        return Pass("the default")
    number = _number(value.decided())
    if number is None:
        return _fail(parameters, value, f'chunksize is "{shown(value)}", which is no whole number of bytes')
    if number < _STEP or number % _STEP:
        return _fail(parameters, value, f"chunksize is {number} bytes, which is no multiple of 262144 (256 KiB)")
    return Pass(f"{number // 1024} KiB")


def _number(value: Located) -> int | None:
    """As the driver reads it: a whole number of YAML, or a text that strconv.Atoi of Go takes."""
    if isinstance(value.value, bool | float):
        return None
    text = value.text() or ""
    return int(text) if re.fullmatch(r"[-+]?[0-9]{1,19}", text) else None


def _fail(parameters: GcsParameters, value: Located, problem: str) -> Fail:
    setting = parameters.setting("chunksize")
    return Fail(
        f"{problem}: the registry does not start",
        evidence=(value.quote(),),
        resource=setting,
        remedy=change(setting, _ADVISED, "Write a number of bytes; this is 16 MiB.", now=value),
    )
