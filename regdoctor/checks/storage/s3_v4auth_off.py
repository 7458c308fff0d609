"""S3-28: signatures of version 2 are asked for, which Amazon S3 does not take."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change

_TRUE, _FALSE = ("1", "t", "true"), ("0", "f", "false")
"""What strconv.ParseBool of Go reads from a text, letters of one case."""
_AMAZON = "s3.amazonaws.com"
"""New in registry/storage/driver/s3-aws/s3.go looks for it anywhere in regionendpoint."""


@check(
    title="Requests to Amazon S3 are signed by version 4",
    severity=Severity.CRITICAL,
    failure_modes=("S3-28",),
    symptoms=(
        "on Amazon S3 this storage driver can only be used with v4 authentication",
        "the v4auth parameter should be a boolean",
    ),
    explains=("registry_unreachable", "debug_server_unreachable"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_v4auth_off(config: RegistryConfig, product: Product) -> Outcome:
    """v4auth chooses how requests to S3 are signed: by version 4, the default, or by the old version 2.

    Amazon takes version 4 alone, so with v4auth: false and no regionendpoint, or Amazon's own one, the registry panics:
    `on Amazon S3 this storage driver can only be used with v4 authentication`. With the address of another service it
    signs by version 2, which only very old stores need. A value that is neither true nor false is refused, too. The
    driver s3_v2 of GitLab's registry, which is its only one since GitLab 19.0, signs by version 4 in any case.

    Remove v4auth, or write true, and restart the registry.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    value = parameters.section.at("v4auth")
    if value is None or value.decided().value is None:
        return Pass("version 4, the default")
    if parameters.driver == "s3_v2":
        return Skip("the driver s3_v2 signs by version 4 in any case")
    text, setting = value.text() or "", parameters.setting("v4auth")
    known = text in ("True", "TRUE", "False", "FALSE") or text in _TRUE + _FALSE + ("T", "F")
    remedy = change(setting, True, "Sign by version 4, or remove the line.", now=value)
    if not known or (isinstance(value.value, int) and not isinstance(value.value, bool)):
        return Fail(
            f'v4auth is "{shown(value)}", which is neither true nor false: the registry does not start',
            evidence=(value.quote(),),
            resource=setting,
            remedy=remedy,
        )
    if text.lower() in _TRUE:
        return Pass("version 4")
    endpoint = parameters.value("regionendpoint")
    if endpoint is not None and _AMAZON not in (endpoint.text() or ""):
        return Pass(f"version 2, for {endpoint.text()}")
    until = " up to GitLab 18" if product.must_be(Generation.GITLAB) else ""
    return Fail(
        f"v4auth is off, and the bucket is Amazon's, which takes version 4 alone: the registry does not start{until}",
        evidence=(value.quote(), endpoint.quote()) if endpoint is not None else (value.quote(),),
        resource=setting,
        remedy=remedy,
    )
