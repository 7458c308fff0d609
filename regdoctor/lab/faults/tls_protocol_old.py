"""nginx speaks TLS 1.1 and nothing later."""

from dataclasses import replace

from regdoctor.lab.fault import Fault
from regdoctor.lab.settings import Front, Settings


def _changed(settings: Settings) -> Settings:
    return replace(settings, front=Front(tls_directives=("ssl_protocols TLSv1.1", "ssl_ciphers ALL:@SECLEVEL=0")))


FAULT = Fault(
    title="nginx speaks TLS 1.1 alone",
    check="tls_protocol_old",
    failure_modes=("TLS-12",),
    settings=_changed,
)
