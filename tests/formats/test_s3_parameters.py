"""The bucket's address is the one that the registry's S3 driver would use."""

from __future__ import annotations

import pytest

from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.formats.s3_parameters import S3Endpoint, S3Parameters, s3_endpoint, s3_parameters


def _endpoint(parameters: str, driver: str = "s3") -> S3Endpoint | None:
    text = f"version: 0.1\nstorage:\n  delete: {{enabled: true}}\n  {driver}: {{{parameters}}}\n"
    return s3_endpoint(parse_registry_config(text.encode(), "config.yml"))


def _bucket_url(parameters: str, driver: str = "s3") -> str:
    endpoint = _endpoint(parameters, driver)
    assert endpoint is not None
    return endpoint.bucket_url


@pytest.mark.parametrize(
    ("parameters", "url"),
    [
        ("bucket: b, region: eu-west-1", "https://b.s3.eu-west-1.amazonaws.com"),
        ("bucket: b", "https://b.s3.us-east-1.amazonaws.com"),
        ("bucket: b, region: cn-north-1", "https://b.s3.cn-north-1.amazonaws.com.cn"),
        ("bucket: my.dotted.bucket, region: eu-west-1", "https://s3.eu-west-1.amazonaws.com/my.dotted.bucket"),
        ("bucket: b, secure: false", "http://b.s3.us-east-1.amazonaws.com"),
    ],
)
def test_amazons_own_addresses(parameters: str, url: str) -> None:
    assert _bucket_url(parameters) == url


@pytest.mark.parametrize(
    ("parameters", "url"),
    [
        ("regionendpoint: 'https://minio:9000'", "https://minio:9000/b"),
        ("regionendpoint: 'https://minio:9000/'", "https://minio:9000/b"),
        ("regionendpoint: 'http://127.0.0.1:8333'", "http://127.0.0.1:8333/b"),
        ("regionendpoint: 'http://[::1]:8333'", "http://[::1]:8333/b"),
        ("regionendpoint: minio:9000", "https://minio:9000/b"),
        ("regionendpoint: minio:9000, secure: false", "http://minio:9000/b"),
        ("regionendpoint: minio:9000, secure: 'false'", "http://minio:9000/b"),
        ("regionendpoint: 'https://vpc.example.com', pathstyle: false", "https://b.vpc.example.com"),
        ("regionendpoint: 'https://vpc.example.com', pathstyle: 'False'", "https://b.vpc.example.com"),
        ("regionendpoint: 'https://s3.example.com', forcepathstyle: false", "https://b.s3.example.com"),
        ("regionendpoint: 'https://s3.example.com', forcepathstyle: true", "https://s3.example.com/b"),
        ("pathstyle: true", "https://s3.us-east-1.amazonaws.com/b"),
    ],
)
def test_an_endpoint_of_ones_own(parameters: str, url: str) -> None:
    assert _bucket_url(f"bucket: b, {parameters}") == url


@pytest.mark.parametrize("driver", ["s3", "s3aws", "s3_v2"])
def test_every_name_of_the_driver(driver: str) -> None:
    assert _bucket_url("bucket: b", driver) == "https://b.s3.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("root", "prefix"),
    [
        ("", "docker/registry/v2/"),
        ("/", "docker/registry/v2/"),
        ("/registry/", "registry/docker/registry/v2/"),
        ("a/b", "a/b/docker/registry/v2/"),
    ],
)
def test_the_root_directory_is_a_prefix_without_a_leading_slash(root: str, prefix: str) -> None:
    endpoint = _endpoint(f"bucket: b, rootdirectory: '{root}'")
    assert endpoint is not None
    assert endpoint.registry_prefix == prefix


@pytest.mark.parametrize(
    ("region", "arn"),
    [
        ("eu-west-1", "arn:aws:s3:::b"),
        ("cn-northwest-1", "arn:aws-cn:s3:::b"),
        ("us-gov-east-1", "arn:aws-us-gov:s3:::b"),
        ("default", "arn:aws:s3:::b"),
    ],
)
def test_the_name_in_policies_has_the_regions_partition(region: str, arn: str) -> None:
    endpoint = _endpoint(f"bucket: b, region: {region}")
    assert endpoint is not None
    assert endpoint.arn == arn


@pytest.mark.parametrize("parameters", ["region: eu-west-1", "bucket: ''", "bucket: null"])
def test_without_a_bucket_there_is_no_address(parameters: str) -> None:
    assert _endpoint(parameters) is None


def test_another_driver_has_no_bucket() -> None:
    assert _endpoint("rootdirectory: /var/lib/registry", "filesystem") is None
    assert s3_endpoint(parse_registry_config(b"version: 0.1\n", "config.yml")) is None


def _parameters(text: str, driver: str = "s3") -> S3Parameters:
    found = s3_parameters(parse_registry_config(f"version: 0.1\nstorage: {{{driver}: {{{text}}}}}\n".encode(), "c.yml"))
    assert found is not None
    return found


def test_parameters_are_read_by_name_and_empty_ones_are_none() -> None:
    s3 = _parameters("bucket: b, region: '', keyid: null, accesskey: AKIAABCDEFGHIJKLMNOP", "s3_v2")

    assert s3.driver == "s3_v2"
    assert s3.setting("bucket") == "storage.s3_v2.bucket"
    assert s3.written("bucket") == "b"
    assert s3.value("region") is None
    assert s3.value("keyid") is None
    assert s3.value("nothing") is None
    assert s3.written("accesskey") == "AKIAABCDEFGHIJKLMNOP"
    assert s3.text("accesskey") == "[redacted accesskey]"


@pytest.mark.parametrize("text", ["true", "'true'", "'T'", "'1'"])
def test_a_flag_is_read_as_go_reads_it(text: str) -> None:
    assert _parameters(f"encrypt: {text}").flag("encrypt", default=False)


def test_a_flag_that_is_not_there_has_its_default() -> None:
    assert _parameters("bucket: b").flag("secure", default=True)
    assert not _parameters("bucket: b").flag("encrypt", default=False)


@pytest.mark.parametrize(
    ("text", "encrypted"),
    [
        ("bucket: b", True),
        ("secure: false", False),
        ("regionendpoint: 'http://minio'", False),
        ("regionendpoint: 'https://minio', secure: false", True),
        ("regionendpoint: minio, secure: false", False),
        ("regionendpoint: minio", True),
    ],
)
def test_the_endpoints_scheme_decides_on_tls_and_secure_where_it_has_none(text: str, encrypted: bool) -> None:
    assert _parameters(text).encrypted_transport is encrypted


def test_other_drivers_have_no_such_parameters() -> None:
    assert s3_parameters(parse_registry_config(b"storage: {filesystem: {}}\n", "c.yml")) is None
