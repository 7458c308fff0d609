"""AUTH-08: the clocks of token service and registry are so far apart that tokens are not yet, or no longer, valid."""

from collections.abc import Iterable
from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.token_claims import LEEWAY
from regdoctor.distribution.tokens import HEAD_START, LIFETIME
from regdoctor.evidence.call_clocks import host_of, origin_of_address, quote_of, reading_at
from regdoctor.evidence.clocks import GITLAB, TOKEN_SERVICE, Clocks, Reading, party_of
from regdoctor.evidence.story import Story
from regdoctor.sign import sign_at_end


@check(
    title="The clocks of GitLab and of the registry agree",
    severity=Severity.ERROR,
    failure_modes=("AUTH-08",),
    symptoms=("token not to be used before", "token used before time", "token not to be used after"),
    explains=("token_not_in_its_time",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def token_clock_skew(clocks: Clocks) -> Outcome:
    """A token says from when and until when it is valid, by the clock of GitLab; the registry judges by its own.

    The registry allows 60 s. GitLab ahead by more: every token is `not to be used before` a time that has not come,
    and logins fail. GitLab behind: tokens live shorter, and with six minutes of it and more they have expired at
    birth. How long another token service's tokens live, and from when on, is not known: there only the 60 s are
    judged by, and the finding is a warning.

    The clocks are read from the Date headers of answers, which are cut to the second: each offset says how well it is
    known. A proxy writes its own Date, so where only the public address can be asked it may be the proxy's clock that
    is read, and the finding is a warning.

    Let NTP set the clocks of both hosts. In containers and virtual machines it is the host's clock that counts.
    """
    registry, issuer = clocks.registry, clocks.gitlab
    if registry is None or issuer is None:
        return _not_read(clocks)
    apart = issuer.offset - registry.offset
    doubt = issuer.uncertainty + registry.uncertainty
    words = f"{issuer.words}, {registry.words}, against this machine's clock"
    if abs(apart) + doubt <= LEEWAY:
        return Pass(words if registry.direct else f"{words}, as far as it shows through the public address")
    head_start = HEAD_START if apart > 0 and issuer.whose == GITLAB else 0
    if abs(apart) - doubt <= LEEWAY + head_start:
        return Unknown(f"too near to the {LEEWAY:.0f} s that the registry allows to tell: {words}")
    return _fail(registry, issuer, apart, doubt)


def _not_read(clocks: Clocks) -> Outcome:
    why = clocks.why_unread(GITLAB) or clocks.why_unread(TOKEN_SERVICE)
    if clocks.gitlab is None and not why:
        return Skip("no token service is known here")
    if clocks.registry is None:
        why = clocks.why_unread("registry") or "the registry's address is not known, so its clock was not read"
    return Unknown(why)


def _effect_of_gitlab(apart: float, doubt: float) -> tuple[str, Severity]:
    if apart > 0:
        return "tokens are not yet valid when the registry sees them", Severity.ERROR
    life = f"tokens of {LIFETIME / 60:.0f} minutes"
    if -apart - doubt > LIFETIME + LEEWAY:
        return f"{life} have expired when the registry sees them", Severity.ERROR
    return f"{life} live {-apart:.0f} s less", Severity.WARNING


def _effect_of_another(apart: float) -> tuple[str, Severity]:
    """Neither the life of its tokens is known here, nor by how much it dates them back."""
    if apart > 0:
        return "tokens may be not yet valid when the registry sees them", Severity.WARNING
    return f"tokens may be expired when the registry sees them, and live {-apart:.0f} s less", Severity.WARNING


def _fail(registry: Reading, issuer: Reading, apart: float, doubt: float) -> Fail:
    gitlab = issuer.whose == GITLAB
    effect, severity = _effect_of_gitlab(apart, doubt) if gitlab else _effect_of_another(apart)
    compared = "the registry's"
    if not registry.direct:
        severity = Severity.WARNING
        compared, effect = "the registry's, or the proxy's in front of it", f"if it is the registry's, {effect}"
    party = "GitLab's" if gitlab else "The token service's"
    return Fail(
        f"{party} clock is {abs(apart):.0f} s ± {doubt:.0f} s {'ahead of' if apart > 0 else 'behind'} {compared}: "
        f"{effect}",
        evidence=tuple(reading.quote() for reading in (issuer, registry)),
        resource=issuer.exchange.url,
        severity=severity,
        remedy=_remedies("GitLab's" if gitlab else "the token service's"),
    )


def _remedies(issuers: str) -> Remedies:
    return {
        Dialect.HELM: Remedy(f"Let NTP set the clock of the nodes that run {issuers} and the registry's pods."),
        Dialect.PLAIN: Remedy(
            "Let NTP set the clock on both hosts; the one that differs from this machine's is the likely culprit.",
            ("timedatectl status", "sudo timedatectl set-ntp true"),
        ),
    }


@sign_at_end(token_clock_skew)
def _in_traffic(story: Story) -> Iterable[Fail]:
    """From the dates of all answers, each against the recorder's clock, which cancels out between the two."""
    for realm, origin in story.realms.items():
        if host_of(realm) == host_of(origin):
            continue  # one proxy wrote both
        registry = reading_at(story, origin, "registry")
        issuer = reading_at(story, origin_of_address(realm), party_of(realm))
        if registry is None or issuer is None:
            continue
        told = token_clock_skew.judge(Clocks(registry, issuer, None))
        if isinstance(told, Fail):
            quotes = (quote_of(issuer), quote_of(registry))
            yield replace(told, evidence=quotes, resource=realm, remedy=_SET_BOTH)


_SET_BOTH: Remedies = {
    Dialect.HELM: Remedy("Let NTP set the clock of the nodes that run the token service and the registry's pods."),
    Dialect.PLAIN: Remedy(
        "Let NTP set the clock of the token service's host and of the registry's, and of the proxies before them.",
        ("timedatectl status", "sudo timedatectl set-ntp true"),
    ),
}
