"""Whose an S3 address is, from where it can be reached, and how it takes buckets."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from regdoctor.formats.s3_hosts import (
    EndpointAddress,
    amazon_region,
    endpoint_address,
    is_address,
    is_amazon,
    is_inside_name,
    is_loopback,
    is_vpc_endpoint,
    takes_host_style,
)

VPC = "bucket.vpce-0e25b8cdd720f900e-argc85vg.s3.us-east-1.vpce.amazonaws.com"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://minio.example.com:9000", EndpointAddress("https", "minio.example.com", 9000, "", "")),
        ("minio:9000", EndpointAddress("", "minio", 9000, "", "")),
        ("HTTP://S3.Example.com/", EndpointAddress("http", "s3.example.com", None, "", "")),
        ("http://[::1]:8333/bucket/", EndpointAddress("http", "::1", 8333, "bucket", "")),
        ("https://s3.example.com/?x=1", EndpointAddress("https", "s3.example.com", None, "", "x=1")),
    ],
)
def test_an_endpoint_is_taken_apart(text: str, address: EndpointAddress) -> None:
    assert endpoint_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "https://", "http://minio:port", "http://[::1", "http://minio ", '"http://minio"', "a, b"]
)
def test_what_is_no_address_is_told(text: str) -> None:
    assert endpoint_address(text) is None


@given(strategies.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    address = endpoint_address(text)

    if address is not None:
        assert address.host
        assert isinstance(is_inside_name(address.host), bool)


def test_the_address_of_a_bucket_in_host_style() -> None:
    assert EndpointAddress("http", "minio", 9000, "", "").host_style("b") == "http://b.minio:9000"
    assert EndpointAddress("", "::1", None, "", "").host_style("b", "https") == "https://b.[::1]"


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("s3.eu-central-1.amazonaws.com", "eu-central-1"),
        ("s3-eu-west-1.amazonaws.com", "eu-west-1"),
        ("s3.dualstack.us-west-2.amazonaws.com", "us-west-2"),
        ("s3-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("bucket.s3.ap-southeast-2.amazonaws.com", "ap-southeast-2"),
        ("s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        (VPC, "us-east-1"),
        ("s3.amazonaws.com", None),
        ("s3.eu-central-1.example.com", None),
        ("s3.eu-central-1.amazonaws.com.example.com", None),
    ],
)
def test_the_region_that_amazons_endpoints_name(host: str, region: str | None) -> None:
    assert amazon_region(host) == region


def test_amazons_own_and_its_vpc_endpoints() -> None:
    assert is_amazon("s3.amazonaws.com")
    assert is_amazon(VPC)
    assert is_vpc_endpoint(VPC)
    assert not is_amazon("notamazonaws.com")
    assert not is_vpc_endpoint("s3.us-east-1.amazonaws.com")


@pytest.mark.parametrize(
    "host", ["s3.eu-west-1.amazonaws.com", "fra1.digitaloceanspaces.com", "abc.r2.cloudflarestorage.com"]
)
def test_services_that_take_the_bucket_in_the_hosts_name(host: str) -> None:
    assert takes_host_style(host)


@pytest.mark.parametrize("host", ["minio.example.com", "10.0.0.1", "notamazonaws.com", "minio"])
def test_of_others_it_is_not_known(host: str) -> None:
    assert not takes_host_style(host)


def test_addresses_and_loopback() -> None:
    assert is_address("10.0.0.1")
    assert is_address("::1")
    assert not is_address("10.0.0.1.example.com")
    assert is_loopback("127.0.0.9")
    assert is_loopback("localhost")
    assert is_loopback("s3.localhost")
    assert not is_loopback("10.0.0.1")


@pytest.mark.parametrize(
    "host", ["minio", "localhost", "127.0.0.1", "minio.default.svc", "m.x.svc.cluster.local", "host.docker.internal"]
)
def test_names_that_mean_something_inside_only(host: str) -> None:
    assert is_inside_name(host)


@pytest.mark.parametrize(
    "host", ["s3.example.com", "10.0.0.1", "192.168.1.1", "minio.corp.internal", "minio.lan", "2001:db8::1"]
)
def test_names_and_addresses_that_others_may_reach(host: str) -> None:
    assert not is_inside_name(host)
