"""S3-10: the S3 driver is given no region, or one that does not exist."""

import difflib
import shlex

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.aws_regions import AWS_REGIONS, may_be_newer
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change


@check(
    title="The S3 driver is given a region that exists",
    severity=Severity.CRITICAL,
    failure_modes=("S3-10",),
    symptoms=("no region parameter provided", 'no "region" parameter provided', "invalid region provided:"),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_region_invalid(config: RegistryConfig, product: Product) -> Outcome:
    """The S3 driver needs the region of the bucket, and looks it up in the list of regions of the AWS SDK.

    Without one the registry panics with `no region parameter provided`: distribution 2 and GitLab's registry also
    where regionendpoint names another service than Amazon's, distribution 3 only without regionendpoint. A name that
    is not in the list ends in `invalid region provided`; with a regionendpoint any name is taken. The list is as old as
    the registry: Debian's 2.8.2 knows no region that was opened after 2022, such as il-central-1 or ca-west-1. There,
    set regionendpoint to the address of the region, too.

    Write the region of the bucket, in small letters; for MinIO and other services us-east-1, unless they say otherwise.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    region, endpoint = parameters.value("region"), parameters.value("regionendpoint")
    if region is None:
        if endpoint is not None and product.may_be(Generation.DISTRIBUTION_3):
            if product.must_be(Generation.DISTRIBUTION_3):
                return Pass("distribution 3 needs no region with a regionendpoint")
            return Unknown(f"with a regionendpoint, distribution 3 alone needs no region; {product.reason}")
        return _missing(parameters, endpoint)
    text = region.text() or ""
    if endpoint is not None:
        return Pass(f"{text}, which is not looked up as there is a regionendpoint")
    if text in AWS_REGIONS:
        return Pass(text)
    near = _near(text)
    if near is None and may_be_newer(text):
        return Unknown(f'"{text}" is formed as a region of AWS is, but is none that we know')
    return _no_such(parameters, region, text, near)


def _near(text: str) -> str | None:
    """The region that a misspelt name stands for."""
    lowered = text.lower().strip()
    if lowered in AWS_REGIONS:
        return lowered
    if may_be_newer(text):
        return None
    near = difflib.get_close_matches(lowered, sorted(AWS_REGIONS), 1)
    return near[0] if near else None


def _missing(parameters: S3Parameters, endpoint: Located | None) -> Fail:
    section, setting = parameters.section, parameters.setting("region")
    said = Quote(section.place.source, f"{section.name}: no region", section.place.line)
    if endpoint is not None:
        remedy = change(setting, "us-east-1", "Name a region; us-east-1 does for services other than Amazon's.")
    else:
        remedy = _ask_for_region(parameters)
    return Fail(
        "The S3 driver is given no region: the registry does not start",
        evidence=(said, endpoint.quote()) if endpoint is not None else (said,),
        resource=setting,
        remedy=remedy,
    )


def _ask_for_region(parameters: S3Parameters) -> Remedies:
    bucket = parameters.text("bucket")
    command = (f"aws s3api get-bucket-location --bucket {shlex.quote(bucket)}",) if bucket else ()
    why = "Name the region of the bucket (the command shows it; null stands for us-east-1)"
    return {
        Dialect.PLAIN: Remedy(f"{why} in {parameters.setting('region')}, and restart the registry.", command),
        Dialect.OMNIBUS: Remedy(
            f"{why} in registry['storage']['{parameters.driver}']['region'] of /etc/gitlab/gitlab.rb, and reconfigure.",
            (*command, "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(f"{why} in the secret that registry.storage.secret names, and restart the pods.", command),
    }


def _no_such(parameters: S3Parameters, region: Located, text: str, near: str | None) -> Fail:
    setting = parameters.setting("region")
    message = f'"{shown(region)}" is no region of AWS, and there is no regionendpoint: the registry does not start'
    if near is None:
        return Fail(message, evidence=(region.quote(),), resource=setting, remedy=_ask_for_region(parameters))
    return Fail(
        f"{message}. Did you mean {near}?",
        evidence=(region.quote(),),
        resource=setting,
        remedy=change(setting, near, "Write the region of the bucket.", now=region),
    )
