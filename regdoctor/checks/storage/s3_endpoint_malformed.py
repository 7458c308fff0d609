"""S3-12: regionendpoint is not the address of a service."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_hosts import (
    EndpointAddress,
    amazon_region,
    endpoint_address,
    is_amazon,
    is_vpc_endpoint,
    takes_host_style,
)
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.remedies import change, remove

_NOT_PART_OF_IT = " \t\r\n\"',"


@check(
    title="The S3 endpoint is the address of a service, with its scheme and without the bucket",
    severity=Severity.ERROR,
    failure_modes=("S3-12", "S3-08"),
    symptoms=("endpoint rule error, Custom endpoint", "was not a valid URI", "AuthorizationHeaderMalformed"),
    explains=("registry_unhealthy",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def s3_endpoint_malformed(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """regionendpoint is the address of the S3 service alone: `https://minio.example.com:9000`.

    Up to GitLab 18 and in distribution 2 and 3 the scheme may be left out. GitLab 19 brought a driver (`s3_v2`, which
    then also answers to the name `s3`) that refuses such an address: `Custom endpoint ... was not a valid URI`, and
    every request to the storage fails. A bucket in the path or in the host's name is asked for twice, once more by
    the driver itself. A blank, a quotation mark or another scheme than http and https make it no address at all. And
    the endpoint of one region of Amazon refuses signatures for another one: AuthorizationHeaderMalformed.

    Write scheme, host and port, and nothing else. For Amazon's own S3 take regionendpoint away: region is enough.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        yield Skip("no storage in S3 is configured here")
        return
    endpoint = s3.value("regionendpoint")
    if endpoint is None:
        yield Pass("regionendpoint is not set: Amazon's own endpoint is used")
        return
    text = s3.written("regionendpoint")
    address = endpoint_address(text)
    if address is None or address.scheme not in ("", "http", "https"):
        yield _no_address(s3, endpoint, text)
        return
    judged: list[Outcome | None] = [_bucket_in_it(s3, endpoint, address), _other_region(s3, endpoint, address)]
    if not address.scheme:
        judged.append(_bare(s3, endpoint, product))
    found = [one for one in judged if one]
    yield from found or [Pass(f"{text} is the address of a service")]


def _no_address(s3: S3Parameters, endpoint: Located, text: str) -> Fail:
    mended = text.strip(_NOT_PART_OF_IT)
    scheme, found, rest = mended.partition("://")
    if found and scheme.lower() not in ("http", "https"):
        mended = f"{'https' if s3.flag('secure', default=True) else 'http'}://{rest}"
    why = "Write the address of the service: scheme, host and port."
    setting = s3.setting("regionendpoint")
    return Fail(
        f"regionendpoint is no address of a service: {text!r}",
        remedy=change(setting, mended, why, now=endpoint)
        if endpoint_address(mended)
        else remove(setting, f"{why} It must be written anew; for Amazon's own S3 it is not needed."),
        evidence=(endpoint.quote(),),
        resource=setting,
    )


def _bucket_in_it(s3: S3Parameters, endpoint: Located, address: EndpointAddress) -> Fail | None:
    """The finding where the bucket, or what is no part of an address, is in the endpoint."""
    bucket = s3.value("bucket")
    name = s3.written("bucket")
    in_path = bool(name) and name in address.path.split("/")
    in_host = _is_before_the_service(name, address.host)
    if bucket is None or not (in_path or in_host or address.rest):
        return None
    host = address.host.removeprefix(f"{name}.") if in_host else address.host
    port = f":{address.port}" if address.port else ""
    mended = f"{address.scheme or 'https'}://{f'[{host}]' if ':' in host else host}{port}"
    said = "the bucket, which the registry adds itself" if not address.rest else "more than scheme, host and port"
    setting = s3.setting("regionendpoint")
    return Fail(
        f"regionendpoint {endpoint.text()} holds {said}",
        remedy=change(setting, mended, "Leave scheme, host and port in the endpoint, and no more.", now=endpoint),
        evidence=(endpoint.quote(), bucket.quote()),
        resource=setting,
    )


def _is_before_the_service(bucket: str, host: str) -> bool:
    """Whether the bucket is the first part of the name of a service that takes buckets so.

    Elsewhere a name that begins alike tells nothing: bucket `registry` at registry.example.com. A VPC endpoint's name
    begins with the word bucket whatever the bucket is called.
    """
    service = host.removeprefix(f"{bucket}.")
    if not bucket or service == host or is_vpc_endpoint(host) or not takes_host_style(service):
        return False
    return service.startswith(("s3.", "s3-")) if is_amazon(service) else service.count(".") >= 2


def _other_region(s3: S3Parameters, endpoint: Located, address: EndpointAddress) -> Fail | None:
    named, region = amazon_region(address.host), s3.value("region")
    if named is None or region is None or region.text() == named:
        return None
    return Fail(
        f"regionendpoint is Amazon's endpoint of {named}, while region is {region.text()}",
        remedy=change(s3.setting("region"), named, f"Name the region of the endpoint, if the bucket is in {named}."),
        evidence=(endpoint.quote(), region.quote()),
        resource=s3.setting("region"),
        failure_modes=("S3-08",),
    )


def _bare(s3: S3Parameters, endpoint: Located, product: Product) -> Outcome | None:
    """What a missing scheme means to the product: nothing (None), a failure, or one that the next version brings."""
    if product.must_be(Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3) and s3.driver != "s3_v2":
        return None
    if not product.must_be(Generation.GITLAB) and s3.driver != "s3_v2":
        return Unknown(
            f"regionendpoint has no scheme, which GitLab 19 refuses, and {product.reason or product.words()}"
        )
    # GitLab 19.0 brought v4.40.0, in which `s3` is another name of s3_v2.
    refused = s3.driver == "s3_v2" or product.at_least(4, 40) is True
    scheme = "https" if s3.flag("secure", default=True) else "http"
    mended = f"{scheme}://{endpoint.text()}"
    until = "" if refused else ": it works until GitLab 19, whose driver takes it for no URI"
    return Fail(
        f"regionendpoint {endpoint.text()} has no scheme{until or f', which {product.words()} refuses'}",
        remedy=change(s3.setting("regionendpoint"), mended, "Put the scheme before the endpoint.", now=endpoint),
        evidence=(endpoint.quote(), *_sides(s3, product)),
        resource=s3.setting("regionendpoint"),
        severity=Severity.ERROR if refused else Severity.INFO,
        failure_modes=("S3-12",),
    )


def _sides(s3: S3Parameters, product: Product) -> tuple[Quote, ...]:
    return (Quote(s3.section.place.source, f"storage.{s3.driver}", s3.section.place.line), *product.evidence)
