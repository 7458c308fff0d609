"""TLS-01: a client does not trust the recorder's authority, and so nothing of it is recorded."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Outcome, Severity, check
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.traffic import Traffic
from regdoctor.injection import Absent


@check(
    title="Clients trust the recorder's authority",
    severity=Severity.WARNING,
    failure_modes=("TLS-01",),
    symptoms=(
        "The client does not trust the proxy's certificate",
        "x509: certificate signed by unknown authority",
    ),
    reference="https://docs.mitmproxy.org/stable/concepts/certificates/",
)
def capture_not_trusted(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A recorder reads TLS by showing each client a certificate of its own, which its own authority has signed.

    A client that does not know this authority ends the connection before it has asked anything. Then there is no
    exchange, and the recording is empty or lacks that host. docker takes the authority of a registry from
    /etc/docker/certs.d, but for the token service and for the bucket it takes the host's own store alone.

    Put the recorder's authority into the trust store of the client's host (`regdoctor capture run` names the file and
    the commands, and how to take it out again), then restart the client's daemon. Or record in reverse mode, in which
    docker speaks plain HTTP to an address of loopback.
    """
    return told_by(traffic, "capture_not_trusted")
