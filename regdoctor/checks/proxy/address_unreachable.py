"""CLI-01, CLI-09: the registry's name has several addresses, and some of them do not accept connections."""

import shlex
from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.evidence.address_reach import is_link_local, is_loopback, is_private, way_is_proven
from regdoctor.evidence.addresses import Addresses, AddressLook
from regdoctor.evidence.exchange import FailureKind
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.injection import Absent
from regdoctor.remedies import RECONFIGURE, in_nginx_words


@check(
    title="Every address of the registry's name accepts connections",
    severity=Severity.WARNING,
    failure_modes=("CLI-01", "CLI-09"),
    symptoms=("dial tcp [", "Client.Timeout exceeded while awaiting headers"),
    reference="https://pkg.go.dev/net#Dialer",
)
def address_unreachable(addresses: Addresses, rb: GitLabRb | Absent) -> Outcome:
    """A name with a dead address works for some clients, at some times: each takes the addresses in its own order.

    Go, and so docker, tries the addresses of the first family one by one, and starts with the other family when they
    failed or after 0.3 s (net.Dialer.FallbackDelay). So it survives a refusal; an address that swallows packets costs
    it 0.3 s at each connection where it is the only one of its family, and up to half of its 30 s where it is one of
    two. Programs that try one address alone fail: with IPv6 first, where the server does not listen on IPv6; now and
    then, where one machine behind a name of several is down. A private address among public ones works inside, and
    nowhere else. Of localhost, ::1 may refuse: clients go on to 127.0.0.1.

    What is seen is seen from this host. Where nothing at all comes back from one family, while the other serves, this
    host's own IPv6 may lead nowhere, or its own public address be closed to it behind NAT: that is left open, and
    another host can tell.

    Let the server listen on each address, open the firewall for it, or remove the record of a dead one from DNS.
    """
    looks = addresses.looks
    name = addresses.endpoint.host
    if not looks:
        return Unknown(addresses.failure.message if addresses.failure else f"{name} has no address")
    alive = addresses.reachable
    if not alive:
        return Skip(f"none of the addresses of {name} accepts a connection: it is not one of them that is at fault")
    tried = [look for look in looks if look.tried and not is_link_local(look)]
    silent = [look for look in tried if look.failure is not None and not _is_bare_loopback(look, alive)]
    dead = [look for look in silent if way_is_proven(look, looks)]
    if silent and not dead:
        return Unknown(_open_question(addresses, silent, alive))
    if not dead:
        left = len([look for look in looks if not look.tried])
        more = f"; {left} could not be tried from here" if left else ""
        return Pass(f"{len(alive)} of {len(looks)} addresses of {name} accept connections{more}")
    return Fail(
        f"{name} has addresses that accept no connection ({_listed(dead)}) beside such as do ({_listed(alive)}): "
        f"{_effect(dead, tried)}{_mixed(dead, alive)}",
        evidence=(*(_quote(addresses, look) for look in (*dead, *alive)), addresses.endpoint.said_by),
        resource=addresses.endpoint.authority,
        failure_modes=tuple(sorted({_mode(look) for look in dead})),
        remedy=_remedies(addresses, dead, rb),
    )


def _is_bare_loopback(look: AddressLook, alive: Iterable[AddressLook]) -> bool:
    """::1 of localhost, where 127.0.0.1 serves: no other host is concerned, and local clients go on."""
    return look.is_v6 and is_loopback(look) and all(is_loopback(one) for one in alive)


def _open_question(addresses: Addresses, silent: list[AddressLook], alive: Iterable[AddressLook]) -> str:
    """What cannot be told from here where no address of a family answers, and who can tell."""
    family, option = ("IPv6", "-6") if silent[0].is_v6 else ("IPv4", "-4")
    ours = f"{family} of this host leads nowhere" if silent[0].is_v6 else "they are closed to this host alone (NAT)"
    return (
        f"nothing comes back from {_listed(silent)}, and {_listed(alive)} of {addresses.endpoint.host} accepts "
        f"connections: either nobody reaches it by {family}, or {ours}. Another host with {family} can tell: "
        f"{_curl(addresses, option)}"
    )


def _curl(addresses: Addresses, option: str) -> str:
    return " ".join(f"curl {option} -svo /dev/null {shlex.quote(addresses.endpoint.url)}/v2/".split())


def _swallows(look: AddressLook) -> bool:
    return look.failure is not None and look.failure.kind is FailureKind.TIMEOUT


def _mode(look: AddressLook) -> str:
    return "CLI-09" if _swallows(look) else "CLI-01"


def _effect(dead: list[AddressLook], tried: list[AddressLook]) -> str:
    """Who suffers, and how much. A dead address with living ones of its family is met in turns."""
    families = {look.is_v6 for look in dead}
    if any(look.failure is None and look.is_v6 in families for look in tried):
        wait = "docker hangs for seconds whenever it tries it first" if any(map(_swallows, dead)) else "docker goes on"
        return f"{wait}, programs that try one address alone fail now and then"
    family = "IPv6" if True in families else "IPv4"
    wait = "loses 0.3 s at each connection" if any(map(_swallows, dead)) else "goes on to the other family"
    return f"docker {wait}, programs that use {family} alone, or first and nothing else, fail"


def _mixed(dead: list[AddressLook], alive: Iterable[AddressLook]) -> str:
    private = [look for look in dead if is_private(look)]
    public = {look.is_v6 for look in alive if not is_private(look)}
    stray = [look for look in private if look.is_v6 in public]
    return f"; {_listed(stray)} is private, among public ones" if stray else ""


def _listed(looks: Iterable[AddressLook]) -> str:
    return ", ".join(look.address for look in looks)


def _quote(addresses: Addresses, look: AddressLook) -> Quote:
    said = look.failure.message if look.failure else f"{look.address}: connected after {look.seconds:.3f} s"
    return Quote(f"TCP to {addresses.endpoint.authority}", said)


def _remedies(addresses: Addresses, dead: list[AddressLook], rb: GitLabRb | Absent) -> Remedies:
    endpoint = addresses.endpoint
    option = "-6" if all(look.is_v6 for look in dead) else "-4" if not any(look.is_v6 for look in dead) else ""
    plain = Remedy(
        "On the server, see whether it listens on each address (the second command), and whether a firewall lets the "
        "port through; remove from DNS what is nobody's. Then the last command must answer:",
        (
            f"getent ahosts {shlex.quote(endpoint.host)}",
            f"ss -ltn 'sport = :{endpoint.port}'",
            _curl(addresses, option),
        ),
    )
    if option != "-6":
        return {Dialect.PLAIN: plain}
    lines = in_nginx_words(rb, "registry['nginx']['listen_addresses'] = ['*', '[::]']")
    return {
        Dialect.PLAIN: plain,
        Dialect.OMNIBUS: Remedy(
            "Let nginx listen on IPv6, too, in /etc/gitlab/gitlab.rb; or remove the AAAA record from DNS:",
            (*lines, RECONFIGURE),
        ),
    }
