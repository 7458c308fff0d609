"""TLS-15: the registry is told to fetch a certificate from Let's Encrypt, and given one as well."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import remove


@check(
    title="The registry has one source of its certificate",
    severity=Severity.CRITICAL,
    failure_modes=("TLS-15",),
    symptoms=("cannot specify both certificate and Let's Encrypt",),
    explains=("registry_unreachable",),
    reference="https://distribution.github.io/distribution/about/configuration/#letsencrypt",
)
def letsencrypt_and_certificate(config: RegistryConfig) -> Outcome:
    """With http.tls.certificate and http.tls.letsencrypt.cachefile together the registry stops at its start.

    It says `cannot specify both certificate and Let's Encrypt`. That often comes of a variable,
    REGISTRY_HTTP_TLS_CERTIFICATE, which is laid over a config.yml that has the other.

    Keep one: remove http.tls.letsencrypt to serve the certificate of your own, or http.tls.certificate and http.tls.key
    to have one fetched.
    """
    certificate, cache = config.at("http", "tls", "certificate"), config.at("http", "tls", "letsencrypt", "cachefile")
    if cache is None or not cache.text():
        return Skip("the registry is not told to ask Let's Encrypt (http.tls.letsencrypt.cachefile)")
    if certificate is None or not certificate.text():
        return Pass("the certificate comes from Let's Encrypt alone")
    return Fail(
        "The registry does not start: http.tls.certificate and http.tls.letsencrypt.cachefile are both set",
        evidence=(certificate.quote(), cache.quote()),
        resource="http.tls",
        remedy=remove("http.tls.letsencrypt", "Serve the certificate of your own."),
    )
