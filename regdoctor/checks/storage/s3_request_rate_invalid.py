"""S3-18: the limit of requests that GitLab's registry keeps to is no number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.remedies import change

_DEFAULTS = {"maxrequestspersecond": 350, "maxretries": 5}
"""GitLab's registry, registry/storage/driver/s3-aws/common: 350 requests a second; 0 stands for no limit."""
_NUMBER = re.compile(r"\+?(?:0[xob]?)?[0-9a-f_]+", re.IGNORECASE)
"""What strconv.ParseInt of Go takes with base 0, roughly: what is surely none must be told, not what is one."""


@check(
    title="The limits of requests to S3 are numbers",
    severity=Severity.CRITICAL,
    failure_modes=("S3-18",),
    symptoms=("converting maxrequestspersecond to valid int64",),
    explains=("registry_unreachable",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def s3_request_rate_invalid(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """GitLab's registry asks S3 at most maxrequestspersecond times a second, and tries a request maxretries times.

    Both must be whole numbers of 0 and more; 0 requests a second stands for no limit. With anything else the registry
    stops at its start: `converting maxrequestspersecond to valid int64`. Other registries know neither of them.

    Write a number within what the store allows, for instance 100, or take the setting away for the default of 350.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        yield Skip("no storage in S3 is configured here")
        return
    if not product.may_be(Generation.GITLAB):
        yield Skip(f"{product.words()} knows no limit of requests")
        return
    found = [one for name in _DEFAULTS if (one := _judge(s3, name, product))]
    yield from found or [Pass("the limits are numbers, or the defaults")]


def _judge(s3: S3Parameters, name: str, product: Product) -> Outcome | None:
    value = s3.section.at(name)
    if value is None or value.decided().value is None:
        return None
    text = value.text()
    if text is not None and _NUMBER.fullmatch(text) and any(char.isdigit() for char in text[:2]):
        return None
    if not product.must_be(Generation.GITLAB):
        return Unknown(f"{name} is no number, which GitLab's registry refuses, and {product.reason}")
    setting = s3.setting(name)
    return Fail(
        f"{name} is {text!r}, no whole number of 0 or more: {product.words()} does not start",
        remedy=change(setting, _DEFAULTS[name], "Write a number; this is the default.", now=value),
        evidence=(value.quote(), *product.evidence),
        resource=setting,
    )
