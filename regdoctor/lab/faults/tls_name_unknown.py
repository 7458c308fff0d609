"""nginx rejects the handshake, as it does for names that no server block has (ssl_reject_handshake)."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(tls_directives=("ssl_reject_handshake on",)))


FAULT = Fault(
    title="nginx ends every TLS handshake before it shows a certificate",
    check="tls_handshake_fails",
    failure_modes=("TLS-12",),
    settings=_changed,
)
