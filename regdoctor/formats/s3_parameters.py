"""Where the registry's S3 driver reaches its bucket, from its parameters (registry/storage/driver/s3-aws/s3.go)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret

S3_DRIVERS = ("s3", "s3aws", "s3_v2")
"""The names of the driver: `s3_v2` is GitLab's, with which its registry of GitLab 19 replaced the two others."""


@dataclass(frozen=True, slots=True)
class S3Endpoint:
    """The address of a bucket."""

    url: str
    """Scheme, host and port of the service, without the bucket."""
    region: str
    bucket: str
    path_style: bool
    """Whether the bucket is the first part of the path rather than of the host's name."""
    root: str
    """The key prefix that `rootdirectory` makes: empty, or ending in a slash."""

    @property
    def bucket_url(self) -> str:
        """The bucket's own address, without a trailing slash."""
        if self.path_style:
            return f"{self.url}/{self.bucket}"
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{self.bucket}.{parts.netloc}{parts.path}"

    @property
    def arn(self) -> str:
        """The bucket's name in policies; China and the US government have partitions of their own (AWS, IAM ARNs)."""
        partition = {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(
            self.region.rpartition("-")[0].rpartition("-")[0], "aws"
        )
        return f"arn:{partition}:s3:::{self.bucket}"

    @property
    def registry_prefix(self) -> str:
        """The key prefix of everything that a registry keeps."""
        return f"{self.root}docker/registry/v2/"


def s3_endpoint(config: RegistryConfig) -> S3Endpoint | None:
    """The endpoint of the configured S3 driver; None for another driver, or where the bucket is not named.

    2.8 takes path style whenever `regionendpoint` is set; GitLab's fork lets `pathstyle` and 3.x `forcepathstyle`
    decide. The AWS SDK takes it in any case for a bucket with a dot in its name by TLS, for which no certificate would
    do. An address without a scheme gets one from `secure` (default true).
    """
    parameter = s3_parameters(config)
    if parameter is None:
        return None
    bucket, region = parameter.text("bucket"), parameter.text("region") or "us-east-1"
    if not bucket:
        return None
    endpoint = parameter.text("regionendpoint")
    url = endpoint or f"s3.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"
    if "://" not in url:
        url = f"{'https' if parameter.flag('secure', default=True) else 'http'}://{url}"
    style = "pathstyle" if parameter.text("pathstyle") else "forcepathstyle"
    root = (parameter.text("rootdirectory") or "").strip("/")
    return S3Endpoint(
        url=url.rstrip("/"),
        region=region,
        bucket=bucket,
        path_style=parameter.flag(style, default=bool(endpoint)) or ("." in bucket and url.startswith("https:")),
        root=f"{root}/" if root else "",
    )


@dataclass(frozen=True, slots=True)
class S3Parameters:
    """The parameters of the S3 driver as the configuration has them, whatever the product makes of them."""

    driver: str
    """The name that the driver is configured by."""
    section: Located

    def value(self, name: str) -> Located | None:
        """A parameter; None where it is not there, or is null or an empty text, which the driver takes alike."""
        found = self.section.at(name)
        return found if found is not None and self.written(name) else None

    def text(self, name: str) -> str | None:
        """A parameter as text; a secret gives its placeholder."""
        value = self.section.at(name)
        return value.text() if value else None

    def written(self, name: str) -> str:
        """A parameter as it is written, secrets too: to be looked at, never to be shown. Empty where it is not set."""
        value = self.section.at(name)
        if value is None:
            return ""
        shown = value.text() or ""
        return value.value.reveal() if isinstance(value.value, Secret) else shown

    def flag(self, name: str, *, default: bool) -> bool:
        """Whether it is on, as strconv.ParseBool of Go reads the text of a quoted value."""
        text = self.text(name)
        return default if not text else text.lower() in ("true", "t", "1")

    def setting(self, name: str) -> str:
        """The parameter's dotted path in config.yml."""
        return f"storage.{self.driver}.{name}"

    @property
    def encrypted_transport(self) -> bool:
        """Whether the store is spoken to by TLS: the endpoint's own scheme decides, and `secure` where it has none."""
        scheme, found, _ = (self.text("regionendpoint") or "").partition("://")
        return scheme.lower() == "https" if found else self.flag("secure", default=True)


def s3_parameters(config: RegistryConfig) -> S3Parameters | None:
    """The parameters of the configured S3 driver; None for another driver.

    Raises UndecidedError where the whole storage is computed at run time.
    """
    storage = config.at("storage")
    if storage is not None:
        storage.decided()
    driver = config.storage_driver()
    if driver is None or driver[0] not in S3_DRIVERS:
        return None
    return S3Parameters(*driver)
