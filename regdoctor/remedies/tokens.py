"""Remedies for a login or a token that is refused: the login anew, or where the registry says why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.distribution.generation import Generation
from regdoctor.distribution.token_refusals import Meaning
from regdoctor.evidence.product import Product

_ON_THE_HOST = "sudo regdoctor check auth"
"""With the files of the host at hand, regdoctor compares both sides itself."""
_GREP = "grep -B1 'error authorizing context'"
_OMNIBUS = f"sudo {_GREP} /var/log/gitlab/registry/current | tail -n 4"
_COMPOSE = f"docker compose logs registry | {_GREP} | tail -n 4"
_HELM = "kubectl logs -l app=registry --tail=1000 | grep -i token | tail -n 5"
_PLAIN = f"sudo journalctl -u docker-registry | {_GREP} | tail -n 4"


def read_the_log(meanings: Sequence[Meaning], product: Product, *, issuer: str, is_plain: bool) -> Remedies:
    """Read the log of the registry, what each line means on a line of its own, and examine the registry's host.

    issuer: of the token, which tells the kind of installation where nothing else does. is_plain: whether a registry
    that stands alone was found on the host; False where no host was looked at.
    """
    of_any = _lines(
        meanings,
        upstream=product.may_be(Generation.DISTRIBUTION_2, Generation.DISTRIBUTION_3),
        gitlab=product.may_be(Generation.GITLAB),
    )
    of_gitlab = _lines(meanings, upstream=False, gitlab=True)
    plain = Remedy(f"{_SAYS}{of_any}{_FILES}", (*_by_issuer(issuer, is_plain=is_plain), _ON_THE_HOST))
    return {
        Dialect.OMNIBUS: Remedy(f"{_SAYS}{of_gitlab}{_FILES}", (_OMNIBUS, _ON_THE_HOST)),
        Dialect.COMPOSE: Remedy(f"{_SAYS}{of_any}{_FILES}", (_COMPOSE, _ON_THE_HOST)),
        Dialect.HELM: Remedy(f"{_SAYS}{of_gitlab}", (_HELM,)),
        Dialect.PLAIN: plain,
    }


def _by_issuer(issuer: str, *, is_plain: bool) -> tuple[str, ...]:
    """The commands for the log, of each kind of installation that it may be."""
    if is_plain:
        return (_PLAIN,)
    match issuer:
        case "omnibus-gitlab-issuer":
            return (_OMNIBUS,)
        case "gitlab-issuer":
            return (_HELM, _PLAIN, _COMPOSE)
        case _:
            return (_PLAIN, _COMPOSE)


def log_in_anew(registry: str, stored_in: str, text: str = "") -> Remedy:
    """Another login; where it was a stored one, the commands that store it anew.

    registry: its address. stored_in: where the login was found; empty where it was given. text: what to do, as a
    sentence, where it is more than to use the right name and password.
    """
    text = text or _RIGHT_LOGIN
    host = registry.partition("://")[2].partition("/")[0]
    if not stored_in or not _HOST.fullmatch(host):
        return Remedy(text)
    return Remedy(
        f"{text} This one is stored ({stored_in}); store the right one:",
        (f"docker logout {host}", f"docker login {host}"),
    )


def _lines(meanings: Sequence[Meaning], *, upstream: bool, gitlab: bool) -> str:
    """`: a line for each line of the log, with what it means`; a full stop where nothing is known to be logged."""
    told: dict[tuple[str, ...], list[str]] = {}
    for meaning in meanings:
        logged = (meaning.logged if upstream else "", meaning.logged_by_gitlab if gitlab else "")
        lines = tuple(dict.fromkeys(_beginning(line) for line in logged if line))
        if lines:
            told.setdefault(lines, []).append(meaning.words)
    known = {line for lines in told for line in lines}
    cases = [
        f"{' or '.join(_apart(line, known) for line in lines)}: {' or '.join(why)}." for lines, why in told.items()
    ]
    return "\n".join([":", *cases]) if cases else "."


def _beginning(line: str) -> str:
    """Without the text of the token's that it ends with, which the evidence has."""
    return line.partition(': "')[0]


def _apart(line: str, known: set[str]) -> str:
    """`token signed …` alone, where another line has the same words after its own."""
    return f"`{line}`{' alone' if any(line != other and line in other for other in known) else ''}"


_SAYS = (
    "Read the reason in the registry's log, on its host, in the line before `error authorizing context` or in that "
    "line itself"
)
_FILES = "\nWith the files at hand, regdoctor tells the cause itself."
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")
_RIGHT_LOGIN = (
    "Use the right name and password. With two-factor authentication GitLab takes no password here but a personal "
    "access token with the scope read_registry (write_registry to push); a deploy token may have expired."
)
SIGN_BY_A_KEY = Remedy(
    "Make the token service sign with its private key and name that algorithm as alg: RS256 for an RSA key, ES256 for "
    "one on P-256. Every registry reads these two."
)
"""For a token whose alg no registry verifies, or not this one."""
ENABLE_REGISTRY: Remedies = {
    Dialect.PLAIN: Remedy("Set registry.enabled to true in gitlab.yml, and restart GitLab."),
    Dialect.OMNIBUS: Remedy(
        "In /etc/gitlab/gitlab.rb:", ("gitlab_rails['registry_enabled'] = true", "sudo gitlab-ctl reconfigure")
    ),
    Dialect.HELM: Remedy(
        "In the values of the release:",
        ("helm upgrade gitlab gitlab/gitlab --reuse-values --set global.registry.enabled=true",),
    ),
}
"""For a GitLab that gives no tokens because its registry is off."""
