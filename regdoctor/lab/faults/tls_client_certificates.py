"""nginx insists on a certificate of the client (ssl_verify_client)."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(
        settings,
        front=Front(
            tls_directives=("ssl_client_certificate /etc/gitlab/trusted-certs/lab-ca.crt", "ssl_verify_client on")
        ),
    )


FAULT = Fault(
    title="nginx refuses every client that shows no certificate",
    check="client_certificates_demanded",
    failure_modes=("TLS-11",),
    arguments=("--fail-on", "warning"),
    settings=_changed,
)
