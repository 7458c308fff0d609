"""TLS-14: the registry does not know the authority of its object store's certificate."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.openssl_verdicts import UNKNOWN_AUTHORITY
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.s3_bucket import BucketSettings
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_parameters import s3_parameters


@check(
    title="The authority of the object store's certificate is trusted",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-14",),
    symptoms=("x509: certificate signed by unknown authority", "tls: failed to verify certificate: x509"),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://docs.gitlab.com/omnibus/settings/ssl/",
)
def s3_endpoint_authority_unknown(
    bucket: BucketSettings, config: RegistryConfig, installation: Installation
) -> Outcome:
    """A registry trusts the object store's certificate by the store of authorities of the host that it runs on.

    With an authority of your own, which that host does not know, every call of the registry fails with `x509:
    certificate signed by unknown authority`; its health check fails, and it serves nothing. A registry in a container
    has the authorities of its image, and not those of the host: there this is not judged.

    Give the authority's certificate to the host, in GitLab's /etc/gitlab/trusted-certs or in the system's store, and
    restart the registry. Remove skipverify again afterwards: it takes any certificate for the store's.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    if not parameters.encrypted_transport:
        return Skip("the object store is asked without TLS")
    if parameters.flag("skipverify", default=False):
        return Skip("the registry is told to verify nothing: see s3_tls_unverified")
    if installation.dialect in (Dialect.COMPOSE, Dialect.HELM):
        return Unknown("the registry runs in a container, whose trusted authorities are those of its image")
    refused = bucket.distrust
    if refused is None:
        first = bucket.answers[0].exchange if bucket.answers else None
        seen = first is not None and first.verified
        return Pass("the certificate is accepted") if seen else Unknown(bucket.unanswered or "no TLS was seen")
    if refused.code not in UNKNOWN_AUTHORITY:
        return Unknown(f"the store's certificate is refused for another reason: {short(refused.words)}")
    where = short(bucket.endpoint.url)
    endpoint = parameters.value("regionendpoint")
    return Fail(
        f"This host does not know the authority of the certificate at {where}, and so the registry does not",
        evidence=(
            endpoint.quote() if endpoint is not None else bucket.named_by,
            *(answer.quote() for answer in bucket.answers[:1]),
        ),
        resource=where,
        remedy=_REMEDY,
    )


_REMEDY: Remedies = {
    Dialect.PLAIN: Remedy(
        "Give the certificate of the store's authority to this host (as PEM, in a file of any name that ends in .crt "
        "in /usr/local/share/ca-certificates), then:",
        ("sudo update-ca-certificates", "sudo systemctl restart docker-registry"),
    ),
    Dialect.OMNIBUS: Remedy(
        "Put the certificate of the store's authority, as PEM, into /etc/gitlab/trusted-certs, then:",
        ("sudo gitlab-ctl reconfigure", "sudo gitlab-ctl restart registry"),
    ),
}
