"""S3-11, S3-40: the bucket is looked for in the wrong part of the address."""

from __future__ import annotations

import re
from typing import NamedTuple

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.config_layers import holds_file
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_hosts import (
    EndpointAddress,
    endpoint_address,
    is_address,
    is_inside_name,
    is_vpc_endpoint,
    takes_host_style,
)
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.remedies import change

_FITS_A_HOST = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""Buckets that the AWS SDK puts into a host's name at all (aws-sdk-go, service/s3/host_style_bucket.go)."""


class _Case(NamedTuple):
    """What is wrong for one generation of the registry."""

    severity: Severity
    mode: str
    switch: str
    """The parameter that decides."""
    value: bool
    """What it should be."""


@check(
    title="The S3 bucket is asked for in the way that its endpoint understands",
    severity=Severity.WARNING,
    failure_modes=("S3-11", "S3-40"),
    symptoms=("no such host", "s3aws: RequestError: send request failed"),
    explains=("registry_unhealthy",),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_path_style_wrong(config: RegistryConfig, product: Product) -> Outcome:
    """A bucket is asked for as `https://store/bucket` (path style) or as `https://bucket.store` (host style).

    Which of them, depends on the product: distribution 2 takes path style whenever regionendpoint is set; distribution
    3 takes host style unless forcepathstyle is true; GitLab's registry takes path style with a regionendpoint unless
    pathstyle is false, and each of the two names means nothing to the other product. After a move from distribution 2
    to 3 a registry with MinIO therefore asks for `bucket.minio`, a name that nobody knows: `no such host`. With an
    address or a name without a dot in regionendpoint host style cannot work; with a VPC endpoint of Amazon path style
    is what GitLab advises against.

    Set forcepathstyle: true with distribution 3 and a store of your own. With GitLab's registry set pathstyle: false
    for a VPC endpoint, and take pathstyle: false away for a store of your own.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        return Skip("no storage in S3 is configured here")
    endpoint, bucket = s3.value("regionendpoint"), s3.value("bucket")
    if endpoint is None or bucket is None:
        return Pass("without regionendpoint the bucket is Amazon's own")
    address = endpoint_address(s3.written("regionendpoint").strip())
    if address is None:
        return Skip("regionendpoint is no address: see s3_endpoint_malformed")
    cases = {_case(s3, address, generation, product) for generation in product.candidates()}
    if len(cases) > 1:
        return Unknown(f"it depends on the product, and {product.reason or 'nothing tells which it is'}")
    case = cases.pop()
    if case is None:
        return Pass(f"{address.host} is asked in a way that it understands")
    if s3.value(case.switch) is None and not holds_file(config):
        return Skip("config.yml itself is not seen here, only the environment of the registry")
    return _fail(s3, address, case, product, (endpoint, bucket))


def _case(s3: S3Parameters, address: EndpointAddress, generation: Generation, product: Product) -> _Case | None:
    """What is wrong if the registry is of that generation; None for nothing."""
    if generation is Generation.DISTRIBUTION_2:
        return None  # path style, always (s3-aws/s3.go: WithS3ForcePathStyle beside WithEndpoint), and no switch for it
    switch = "pathstyle" if generation is Generation.GITLAB else "forcepathstyle"
    if s3.flag(switch, default=generation is Generation.GITLAB):
        if generation is Generation.GITLAB and is_vpc_endpoint(address.host):
            return _Case(Severity.WARNING, "S3-40", switch, False)
        return None
    if takes_host_style(address.host) or not _put_into_host(s3):
        return None
    if is_address(address.host) and _newer_sdk(s3, generation, product):
        return None  # version 2 of the AWS SDK takes path style for addresses by itself (its rules for endpoints)
    if is_address(address.host) or is_inside_name(address.host):
        return _Case(Severity.ERROR, "S3-11", switch, True)
    # Where it was written down, somebody decided so: a store can be set up for host style.
    return None if s3.value(switch) else _Case(Severity.WARNING, "S3-11", switch, True)


def _put_into_host(s3: S3Parameters) -> bool:
    bucket = s3.written("bucket")
    return _FITS_A_HOST.fullmatch(bucket) is not None and not ("." in bucket and s3.encrypted_transport)


def _newer_sdk(s3: S3Parameters, generation: Generation, product: Product) -> bool:
    """Whether it may be built with version 2 of the SDK: GitLab's of 19.0 (v4.40.0) or its s3_v2; no distribution."""
    return generation is Generation.GITLAB and (s3.driver == "s3_v2" or product.at_least(4, 40) is not False)


def _fail(
    s3: S3Parameters, address: EndpointAddress, case: _Case, product: Product, sides: tuple[Located, Located]
) -> Fail:
    asked = address.host_style(s3.written("bucket"), "https" if s3.encrypted_transport else "http")
    switch = s3.value(case.switch)
    said = f"{case.switch} is {switch.text()}" if switch else f"{case.switch} is not set"
    message = f"{said}, so {product.words()} asks for the bucket as {asked}, which the store will hardly answer to"
    why = f"Let the bucket be asked for by its path, as {address.host} understands it."
    if case.mode == "S3-40":
        message = f"regionendpoint is a VPC endpoint and {said}, so {product.words()} puts the bucket into the path"
        why = "Let the bucket be asked for by its host's name, as a VPC endpoint of Amazon wants it."
    setting = s3.setting(case.switch)
    quotes = (*(side.quote() for side in sides), *((switch.quote(),) if switch else ()), *product.evidence)
    return Fail(
        message,
        remedy=change(setting, case.value, why, now=switch),
        evidence=quotes,
        resource=setting,
        severity=case.severity,
        failure_modes=(case.mode,),
    )
