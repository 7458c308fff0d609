"""S3-34: CloudFront is asked for each layer with the root directory twice in its path."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_endpoint, s3_parameters
from regdoctor.formats.storage_middleware import middleware_of
from regdoctor.remedies import change


@check(
    title="The address of CloudFront does not repeat the root directory",
    severity=Severity.WARNING,
    failure_modes=("S3-34",),
    reference="https://distribution.github.io/distribution/storage-drivers/middleware/cloudfront/",
)
def cloudfront_repeats_root(config: RegistryConfig) -> Iterator[Outcome]:
    """With the middleware cloudfront clients are sent to baseurl, followed by the layer's whole key in the bucket.

    That key begins with rootdirectory already. Where baseurl ends with the same folder, CloudFront is asked for
    `/registry/registry/docker`, the bucket has no such key, and pulls break off with 403 or 404 while pushes work. An
    origin path of the distribution at Amazon does the same, and is not written in the registry's configuration.

    Remove that folder from baseurl, and leave the origin path of CloudFront empty.
    """
    s3, endpoint, found = s3_parameters(config), s3_endpoint(config), tuple(middleware_of(config, "cloudfront"))
    if s3 is None or endpoint is None or not found:
        yield Skip("no middleware cloudfront before storage in S3 is configured here")
        return
    for number, item in found:
        yield _judged(
            f"middleware.storage.{number}.options.baseurl",
            item.at("options", "baseurl"),
            endpoint.root.strip("/"),
            s3.value("rootdirectory"),
        )


def _judged(setting: str, baseurl: Located | None, root: str, written: Located | None) -> Outcome:
    """Of one middleware; `written`: the setting of the root directory."""
    text = (baseurl.text() if baseurl is not None else None) or ""
    try:
        # A scheme is put before what has none (newCloudFrontStorageMiddleware).
        parts = urlsplit(text if "://" in text else f"https://{text}")
    except ValueError:
        return Unknown(f"{setting} is no address")
    if baseurl is None or not root or parts.path.strip("/") != root:
        return Pass(f"{setting} does not end with the root directory")
    return Fail(
        f"baseurl ends with /{root}, and so does each layer's key begin: CloudFront is asked for "
        f"/{root}/{root}/docker/registry/v2/…",
        evidence=(baseurl.quote(), *((written.quote(),) if written is not None else ())),
        resource=setting,
        remedy=change(
            setting, f"{parts.scheme}://{parts.netloc}/", "Write the address of CloudFront alone.", now=baseurl
        ),
    )
