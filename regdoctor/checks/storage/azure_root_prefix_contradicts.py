"""S3-38: the two switches for the slash before Azure's root folder say the same, and so contradict each other."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.product import Product
from regdoctor.formats.azure_parameters import azure_parameters
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import remove


@check(
    title="The switches for the slash before Azure's root folder agree",
    severity=Severity.CRITICAL,
    failure_modes=("S3-38",),
    symptoms=("storage.azure.trimlegacyrootprefix' can not both be",),
    explains=("registry_unreachable",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/#use-object-storage",
)
def azure_root_prefix_contradicts(config: RegistryConfig, product: Product | Absent) -> Outcome:
    """trimlegacyrootprefix and legacyrootprefix of GitLab's registry are one switch under two names, turned round.

    Both true, or both false, contradict each other: the registry says that they `can not both be true` and does not
    start. One of them is enough.

    Remove trimlegacyrootprefix, and set legacyrootprefix to true where the images lie below `//docker`.
    """
    azure = azure_parameters(config)
    if azure is None:
        return Skip("no storage in Azure is configured here")
    if isinstance(product, Product) and not product.may_be(Generation.GITLAB):
        return Skip(f"{product.words()} has no such switches")
    trim, keep = azure.value("trimlegacyrootprefix"), azure.value("legacyrootprefix")
    if trim is None or keep is None or azure.flag("trimlegacyrootprefix") != azure.flag("legacyrootprefix"):
        return Pass("they do not contradict each other")
    return Fail(
        f"trimlegacyrootprefix and legacyrootprefix are both {trim.text()}: the registry does not start",
        evidence=(trim.quote(), keep.quote()),
        resource=azure.setting("legacyrootprefix"),
        remedy=remove(azure.setting("trimlegacyrootprefix"), "One of the two is enough: keep legacyrootprefix."),
    )
