"""S3-32: a storage class that the S3 driver does not take."""

import difflib

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.formats.shown_values import shown
from regdoctor.remedies import change

_CLASSES = ("NONE", "STANDARD", "REDUCED_REDUNDANCY")
"""FromParameters in registry/storage/driver/s3-aws/s3.go of 2.8; in any case of letters."""
_NEWER = ("STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "OUTPOSTS", "GLACIER_IR")
"""Further ones of distribution 3.x (s3StorageClasses) and of later versions of GitLab's registry (its parser.go)."""
_NEWEST = "EXPRESS_ONEZONE"
"""A further one of later 3.x, and of later versions of GitLab's registry."""


@check(
    title="The S3 driver takes the storage class",
    severity=Severity.CRITICAL,
    failure_modes=("S3-32",),
    symptoms=("the storageclass parameter must be one of",),
    explains=("registry_unreachable", "debug_server_unreachable", "s3_storage_class_unsupported"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_storage_class_refused(config: RegistryConfig, product: Product) -> Outcome:
    """The S3 driver takes those storage classes only whose objects can be read at once.

    Distribution 2 takes STANDARD and REDUCED_REDUNDANCY; distribution 3, and GitLab's registry in its later versions,
    STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, OUTPOSTS and GLACIER_IR as well. NONE sends no class at all, for
    services that know none. With any other one the registry panics: `the storageclass parameter must be one of`, with
    its list. GLACIER and DEEP_ARCHIVE cannot work for a registry: a pull would wait for hours.

    Write STANDARD, or remove the line. To save money on old layers with distribution 2, set a lifecycle rule of the
    bucket that moves them to INTELLIGENT_TIERING.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    value = parameters.section.at("storageclass")
    if value is None or value.decided().value is None:
        return Pass("STANDARD, the default")
    text = value.text() or ""
    word = text.upper() if isinstance(value.value, str) else ""
    if word in _CLASSES:
        return Pass(word)
    three, gitlab = Generation.DISTRIBUTION_3, Generation.GITLAB
    if word in (*_NEWER, _NEWEST) and product.may_be(three, gitlab):
        if word in _NEWER and product.must_be(three):
            return Pass(word)
        return Unknown(
            f"some versions take {word}, others do not start with it; {product.reason or 'which is not known'}"
        )
    return _refused(parameters, value, text, product)


def _refused(parameters: S3Parameters, value: Located, text: str, product: Product) -> Fail:
    known = (*_CLASSES, *_NEWER) if product.must_be(Generation.DISTRIBUTION_3) else _CLASSES
    near = difflib.get_close_matches(text.upper(), known, 1, 0.8)
    meant = near[0] if near else "STANDARD"
    return Fail(
        f'{product.words()} does not take the storage class "{shown(value)}": it does not start',
        evidence=(value.quote(),),
        resource=parameters.setting("storageclass"),
        remedy=change(parameters.setting("storageclass"), meant, f"Use {meant}, or remove the line.", now=value),
    )
