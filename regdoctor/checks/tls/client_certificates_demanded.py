"""TLS-11: http.tls.clientcas makes the registry refuse every client that shows no certificate."""

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import remove

_LENIENT = ("request-client-cert", "verify-client-cert-if-given")
"""Values of http.tls.clientauth that let clients without a certificate in (distribution 3, configuration.go)."""


@check(
    title="The registry takes clients that show no certificate",
    severity=Severity.WARNING,
    failure_modes=("TLS-11",),
    symptoms=(
        "remote error: tls: bad certificate",
        "remote error: tls: certificate required",
        "tlsv13 alert certificate required",
    ),
    reference="https://distribution.github.io/distribution/about/configuration/#tls",
)
def client_certificates_demanded(config: RegistryConfig, product: Product) -> Outcome:
    """With http.tls.clientcas the registry ends every connection of a client without a certificate of these.

    That is no login: docker, containerd and podman get `remote error: tls: bad certificate` (or `certificate
    required`) before they can send a user's name, unless a certificate and its key lie in their certs.d for this
    registry. GitLab itself, its cleanup policies, runners, scanners and health checks show none either. The list is
    often filled by mistake with the authority that signed the registry's own certificate. Distribution 3 has
    http.tls.clientauth to ask without insisting; 2.8 and GitLab's registry insist always.

    Remove http.tls.clientcas unless every client has a certificate.
    """
    authorities = config.at("http", "tls", "clientcas")
    certificate = config.at("http", "tls", "certificate")
    if authorities is None or not authorities.items():
        return Pass("http.tls.clientcas is not set")
    if certificate is None or not certificate.text():
        return Skip("http.tls.clientcas counts only with http.tls.certificate")
    how = config.at("http", "tls", "clientauth")
    mode = how.text() if how is not None else None
    if mode in _LENIENT and product.must_be(Generation.DISTRIBUTION_3):
        return Pass(f"http.tls.clientauth is {mode}, so clients without a certificate are let in")
    beside = ""
    if mode in _LENIENT:
        beside = f"; http.tls.clientauth ({mode}) counts on distribution 3 alone, and this is {product.words()}"
    return Fail(
        "http.tls.clientcas is set: the registry refuses every client that shows no certificate of these authorities"
        + beside,
        evidence=(authorities.items()[0].quote(), *((how.quote(),) if how is not None else ())),
        resource="http.tls.clientcas",
        remedy=remove("http.tls.clientcas", "Let clients in that show no certificate."),
    )
