"""S3-20: a KMS key is named, but encryption is not switched on."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.formats.config_layers import holds_file
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.remedies import change


@check(
    title="A KMS key that is named is used",
    severity=Severity.WARNING,
    failure_modes=("S3-20",),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_key_id_without_encrypt(config: RegistryConfig) -> Outcome:
    """keyid names the KMS key for encryption on the server's side, and is ignored unless encrypt is true.

    Images are then stored with whatever the bucket does by itself, and not with the key that was meant for them. Where
    the bucket's policy demands that key, every upload is refused with AccessDenied.

    Set encrypt: true beside keyid, and give the registry's identity kms:GenerateDataKey and kms:Decrypt for that key;
    or take keyid away, if the bucket's own encryption is what you want.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        return Skip("no storage in S3 is configured here")
    key = s3.value("keyid")
    if key is None:
        return Pass("no KMS key is named")
    if s3.flag("encrypt", default=False):
        return Pass("encrypt is true, so keyid is used")
    encrypt = s3.value("encrypt")
    if encrypt is None and not holds_file(config):
        return Skip("config.yml itself is not seen here, only the environment of the registry")
    said = f"encrypt is {encrypt.text()}" if encrypt else "encrypt is not set (the default is false)"
    setting = s3.setting("encrypt")
    return Fail(
        f"keyid is set and {said}: the key is ignored",
        remedy=change(setting, True, "Switch encryption on, so that the key is used.", now=encrypt),
        evidence=(key.quote(), *((encrypt.quote(),) if encrypt else ())),
        resource=setting,
    )
