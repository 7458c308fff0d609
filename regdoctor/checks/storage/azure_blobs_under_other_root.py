"""S3-38: the images are there under the root folder of older or newer drivers, with a slash more or less."""

from __future__ import annotations

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.azure_access import AzureAccess
from regdoctor.evidence.product import Product
from regdoctor.formats.azure_parameters import KEY, AzureParameters, azure_parameters
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import change


@check(
    title="The images in the Azure container are where the registry looks for them",
    severity=Severity.ERROR,
    failure_modes=("S3-38",),
    symptoms=("repository name not known to registry", "manifest unknown"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/#use-object-storage",
)
def azure_blobs_under_other_root(access: AzureAccess, config: RegistryConfig, product: Product | Absent) -> Outcome:
    """Old Azure drivers put a slash before every blob's name, so that all lies below `//docker`; new ones do not.

    Distribution 2.8 always writes the slash, distribution 3 never does. GitLab's registry did by itself until GitLab
    16 and does not since; trimlegacyrootprefix and legacyrootprefix decide. After an upgrade, or with the wrong switch,
    the registry is healthy and simply empty: no repository in the catalog, 404 to each pull. The portal shows the
    slash as a folder without a name.

    Set the switch of GitLab's registry to the form that holds the images. For distribution 3 copy the blobs to names
    without the slash before the upgrade.
    """
    parameters = azure_parameters(config)
    if access.unusable or parameters is None:
        return Unknown(access.unusable or "the storage is not Azure")
    if access.container.legacy is None:
        return Unknown("which form of the root this registry uses depends on its version, which is not known")
    if access.inside is None:
        return Unknown("the listing of the registry's own folder was refused")
    other = access.other_root
    if other is None or not access.elsewhere:
        told = "there are blobs" if access.inside else "nothing is stored yet, in either form"
        return Pass(f"{told} below {access.container.own_prefix}{KEY}")
    setting = next(
        (value for name in ("legacyrootprefix", "trimlegacyrootprefix") if (value := parameters.value(name))), None
    )
    if setting is None and isinstance(product, Product) and product.must_be(Generation.GITLAB):
        if product.at_least(4) is False:  # the default changed within 3.x (GitLab 16; container-registry issue 854)
            return Unknown("which form of the root this registry uses by itself depends on its exact version")
    now, found = f"{access.container.own_prefix}{KEY}", other.key
    said = setting.quote() if setting is not None else Quote(config.source, "no switch for the root's slash is set")
    return Fail(
        f"Nothing is below {now}, where the registry looks, and there are images below {found}: every pull answers 404",
        evidence=(said, other.quote()),
        resource=parameters.setting("trimlegacyrootprefix"),
        remedy=_remedy(parameters, access, product),
    )


def _remedy(parameters: AzureParameters, access: AzureAccess, product: Product | Absent) -> Remedies:
    generation = product.generation if isinstance(product, Product) else None
    if generation is Generation.GITLAB:
        name = "legacyrootprefix" if parameters.value("legacyrootprefix") is not None else "trimlegacyrootprefix"
        wanted = not access.container.legacy
        return change(
            parameters.setting(name),
            wanted if name == "legacyrootprefix" else not wanted,
            "Let the registry look where the images are.",
            now=parameters.value(name),
        )
    return {
        Dialect.PLAIN: Remedy(
            "distribution has no switch for it: copy the blobs to names with the form that this version uses, "
            f"{access.container.own_prefix}{KEY}, or go back to the version that wrote them."
        )
    }
