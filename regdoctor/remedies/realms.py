"""Remedies for a realm that gives no answer: not reached, reached and silent, or no address at all."""

from __future__ import annotations

import re
from collections.abc import Mapping

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.exchange import FailureKind

_PASTABLE = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?(?:/[A-Za-z0-9._~/-]*)?")
"""What of an address may stand in a command: it was a server that wrote it."""
_NOT_REACHED = (FailureKind.NAME, FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.TIMEOUT)


def remedy_for(realm: str, kind: FailureKind, *, reached: bool) -> Remedies:
    """What to do where the realm cannot be asked, with commands that tell name, port and route apart.

    reached: whether a connection came about.
    """
    if kind is FailureKind.SCHEME:
        return _MALFORMED
    if kind is FailureKind.TIMEOUT and reached:
        return _with_commands(_SLOW, _timing(realm), "")
    if kind in _NOT_REACHED:
        return _with_commands(COMPARE, _looking(realm), _HOW)
    return _REMEDIES.get(kind, COMPARE)


def _with_commands(remedies: Remedies, commands: tuple[str, ...], how: str) -> Remedies:
    """The same, each with these commands first and a sentence that says how to read them."""
    if not commands:
        return remedies
    return {
        dialect: Remedy(f"{remedy.text} {how}".rstrip(), (*commands, *remedy.commands))
        for dialect, remedy in remedies.items()
    }


def _looking(realm: str) -> tuple[str, ...]:
    url, there = realm.strip().partition("?")[0], read_web_address(realm)
    if there is None or not _PASTABLE.fullmatch(url):
        return ()
    return (f"getent ahosts {there.host}", f"curl -sv -o /dev/null --max-time 15 {url}")


def _timing(realm: str) -> tuple[str, ...]:
    url = realm.strip().partition("?")[0]
    if not _PASTABLE.fullmatch(url):
        return ()
    return (f"curl -sS -o /dev/null -w '%{{http_code}} after %{{time_total}} s\\n' --max-time 120 {url}",)


_HOW = (
    "On the client: where the name is wrong, getent prints nothing; where the port is, or nothing runs, curl says "
    "`Connection refused`; where a firewall or the route is at fault, it waits until its time is up."
)
_MALFORMED: Remedies = {
    Dialect.PLAIN: Remedy(
        "Write auth.token.realm in the registry's config.yml as a plain address, https://, host and path, without a "
        "login, a blank or a control character in it, and restart the registry. GitLab's is its own address with "
        "/jwt/auth after it. If it is so already, a proxy in front writes another WWW-Authenticate."
    ),
}
_SLOW: Remedies = {
    Dialect.PLAIN: Remedy(
        "The address is right as far as the connection goes: look at the load of GitLab, or of the token service, and "
        "in the proxy before it at the log of errors, for an upstream that does not answer."
    ),
    Dialect.OMNIBUS: Remedy(
        "The address is right as far as the connection goes: on GitLab's host, see whether puma is up and how loaded "
        "it is, and what nginx says of its upstream.",
        ("sudo gitlab-ctl status", "uptime", "sudo tail -n 20 /var/log/gitlab/nginx/gitlab_error.log"),
    ),
    Dialect.HELM: Remedy(
        "The address is right as far as the connection goes: see whether the pods of webservice are ready, and how "
        "loaded they are.",
        ("kubectl get pods -l app=webservice", "kubectl top pods -l app=webservice"),
    ),
}
COMPARE: Remedies = {
    Dialect.PLAIN: Remedy(
        "Compare auth.token.realm in the registry's config.yml with the address at which users open GitLab: host, port "
        "and https must be the same, /jwt/auth comes after it. If they are, start GitLab's web server, and let clients "
        "through to it."
    ),
    Dialect.OMNIBUS: Remedy(
        "Compare the realm with external_url in /etc/gitlab/gitlab.rb: registry['token_realm'] replaces it for the "
        "registry's clients, without /jwt/auth. If it is right, see that GitLab's nginx runs.",
        (
            "sudo grep -nE \"^ *(external_url|registry\\['token_realm'\\])\" /etc/gitlab/gitlab.rb",
            "sudo gitlab-ctl status",
        ),
    ),
    Dialect.HELM: Remedy(
        "Compare the realm with GitLab's own host: registry.authEndpoint of the values replaces it, without /jwt/auth. "
        "If it is right, see that the ingress and webservice run.",
        ("helm get values gitlab --all | grep -n authEndpoint", "kubectl get ingress,pods -l app=webservice"),
    ),
}
"""Compare the realm with the address that users have."""
_REMEDIES: Mapping[FailureKind, Remedies] = {
    FailureKind.TLS: {
        Dialect.PLAIN: Remedy(
            "Serve a certificate at the token service that clients trust, for the name that the realm has. If its "
            "authority is your own, give it to regdoctor (--ca-file) and to the clients."
        )
    },
}
