"""S3-01, CFG-04: half of the S3 credentials stands under a name that the registry does not read."""

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.distribution.nearest_setting import misspelt_credential
from regdoctor.evidence.product import Product
from regdoctor.formats.misspelt_secrets import quote_as_meant
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.remedies.renaming import renamed


@check(
    title="The S3 credentials stand under their own names",
    severity=Severity.ERROR,
    failure_modes=("S3-01", "CFG-04"),
    symptoms=("NoCredentialProviders: no valid providers in chain",),
    explains=("s3_credential_malformed", "s3_credentials_missing", "registry_unhealthy"),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_credential_misspelt(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """The S3 driver reads its credentials from accesskey and secretkey, in lower case and without underscores.

    Under any other name, such as access_key, aws_access_key or secretKey, they are passed over without a word. With one
    of them missing the registry leaves the other one unused, too, and looks for a role of the machine; without one each
    request ends in `NoCredentialProviders: no valid providers in chain`.

    Rename the key, leave its value as it is, and restart the registry.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        yield Skip("no storage in S3 is configured here")
        return
    driver = s3.setting("accesskey").rpartition(".")[0]
    found: list[Outcome] = []
    for key, value in s3.section.entries().items():
        name = f"{driver}.{key}"
        meant = misspelt_credential(tuple(name.split(".")), product.generation, product.version)
        if meant is None or value.place.layer != "file":  # what variables set wrongly is told by variable_ignored
            continue
        found.append(
            Fail(
                f"The registry does not read {value.name}; {meant} is what it reads",
                remedy=renamed(name, meant),
                evidence=(quote_as_meant(value, meant),),
                resource=name,
            )
        )
    yield from found or [Pass("both keys stand under their own names")]
