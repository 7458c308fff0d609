"""TLS-13, CLI-05: TLS comes about with a small ClientHello, and not with one that fills more than a packet."""

import shlex
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.large_hello import OBJECT_STORE, HelloTrial, LargeHello
from regdoctor.remedies import RECONFIGURE


@check(
    title="TLS comes about with a large ClientHello, too",
    severity=Severity.ERROR,
    failure_modes=("TLS-13", "CLI-05"),
    symptoms=("net/http: TLS handshake timeout",),
    reference="https://tldr.fail/",
)
def large_hello_refused(hello: LargeHello) -> Iterator[Outcome]:
    """A client's first message of TLS, the ClientHello, no longer fits into one packet, and something cannot bear it.

    Go 1.24 and later, so docker, containerd and registries built with it, sends a post-quantum key share of 1,216 bytes
    (X25519MLKEM768). Older clients and openssl still get through, so that the fault seems to be of one client. Two
    things bring it about. A firewall that inspects TLS, or an old load balancer, takes for the whole message what
    comes in the first packet, and resets or drops the connection: most likely where it is reset. Or packets of full
    size are lost on the way, in a VPN, an overlay network or PPPoE, whose hosts are not told (a black hole of path MTU
    discovery): most likely where it stalls; then pushes stall, too. `ping -M do -s 1472` tells them apart: it gets no
    answer, or an error, where full packets are lost, while `ping -s 1000` gets one.

    Renew or change the firewall's inspection of TLS for this address; for lost packets, lower the MTU of this side or
    let the router clamp the MSS. Until then set `GODEBUG=tlsmlkem=0` for the Go program that fails.
    """
    for trial in hello.trials:
        yield _judge(trial)
    if not hello.trials:
        yield Skip("no address is asked by TLS")


def _judge(trial: HelloTrial) -> Outcome:
    where = f"{trial.endpoint.authority} ({trial.whose})"
    failed = next((one.failure for one in (*trial.small, *trial.large) if one.failure is not None), None)
    if failed is None:
        return Pass(f"{where} takes a ClientHello of {trial.large[-1].size} bytes")
    if not trial.refused:
        return Unknown(f"{where}: TLS fails in another way than by the size of the ClientHello: {failed.message}")
    if trial.spared is not None:
        return Pass(f"{where} takes no large ClientHello, and the registry sends none: {trial.spared.quote}")
    stalls = all(one.failure is not None and one.failure.kind is FailureKind.TIMEOUT for one in trial.large)
    is_store = trial.whose == OBJECT_STORE
    return Fail(
        f"TLS with {where} comes about with a ClientHello of {trial.small[-1].size} bytes, and {_effect(stalls)} with "
        f"one of {trial.large[-1].size}, as Go 1.24 and later can send it",
        evidence=(*trial.quotes(), trial.endpoint.said_by),
        resource=trial.endpoint.url,
        # Which Go the registry was built with is not known; docker's clients are of all ages.
        severity=Severity.WARNING if is_store else None,
        failure_modes=("CLI-05", "TLS-13") if stalls else ("TLS-13",),
        remedy=_of_registry(trial, stalls) if is_store else {Dialect.PLAIN: _of_client(trial, stalls)},
    )


def _effect(stalls: bool) -> str:
    return "stalls" if stalls else "is cut off"


def _why(trial: HelloTrial, stalls: bool) -> str:
    firewall = "a firewall or load balancer that wants the whole ClientHello in one packet"
    lost = "packets of full size that are lost (MTU)"
    causes = f"{lost}, then {firewall}" if stalls else f"{firewall}, then {lost}"
    return f"Look for {causes}: where the first command gets answers, it is the firewall or load balancer."


def _ping(trial: HelloTrial) -> str:
    # 1,500 bytes of Ethernet less the headers of IP and ICMP: 28 bytes, with IPv6 48.
    size = 1452 if ":" in trial.endpoint.host else 1472
    return f"ping -c 3 -M do -s {size} {shlex.quote(trial.endpoint.host)}"


def _of_client(trial: HelloTrial, stalls: bool) -> Remedy:
    return Remedy(
        f"{_why(trial, stalls)} Where it gets none, lower the MTU of the interface, or clamp the MSS on the router "
        "(the second command). Until then, keep docker's ClientHello small:",
        (
            _ping(trial),
            "sudo iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu",
            "sudo mkdir -p /etc/systemd/system/docker.service.d",
            "printf '[Service]\\nEnvironment=GODEBUG=tlsmlkem=0\\n' | "
            "sudo tee /etc/systemd/system/docker.service.d/godebug.conf",
            "sudo systemctl daemon-reload && sudo systemctl restart docker",
        ),
    )


def _of_registry(trial: HelloTrial, stalls: bool) -> Remedies:
    why = _why(trial, stalls)
    return {
        Dialect.PLAIN: Remedy(
            f"{why} Until then, keep the registry's ClientHello small: set this in the environment of its service, and "
            "restart it:",
            (_ping(trial), "GODEBUG=tlsmlkem=0"),
        ),
        Dialect.OMNIBUS: Remedy(
            f"{why} Until then, keep the registry's ClientHello small, as Omnibus does by default; in "
            "/etc/gitlab/gitlab.rb (add it to registry['env'] where that is set already):",
            (_ping(trial), 'registry[\'env\'] = { "GODEBUG" => "tlsmlkem=0" }', RECONFIGURE),
        ),
        Dialect.HELM: Remedy(
            f"{why} Until then, keep the registry's ClientHello small:",
            (
                _ping(trial),
                "helm upgrade gitlab gitlab/gitlab --reuse-values --set-string 'registry.extraEnv.GODEBUG=tlsmlkem=0'",
            ),
        ),
        Dialect.COMPOSE: Remedy(
            f"{why} Until then, keep the registry's ClientHello small: in the environment of its service, then "
            "`docker compose up -d`:",
            (_ping(trial), 'GODEBUG: "tlsmlkem=0"'),
        ),
    }
