"""AUTH-08: the clocks of GitLab and of the registry are so far apart that tokens are not yet, or no longer, valid."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.tokens import HEAD_START, LIFETIME
from regdoctor.evidence.clocks import Clocks, Reading

LEEWAY = 60.0
"""Seconds by which the registry lets clocks differ (distribution since 2.6: registry/auth/token/token.go, Leeway)."""


@check(
    title="The clocks of GitLab and of the registry agree",
    severity=Severity.ERROR,
    failure_modes=("AUTH-08",),
    symptoms=("token not to be used before", "token used before time", "token not to be used after"),
    explains=("login_unauthorized",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
)
def token_clock_skew(clocks: Clocks) -> Outcome:
    """A token says from when and until when it is valid, by the clock of GitLab; the registry judges by its own.

    The registry allows 60 s. GitLab ahead by more: every token is `not to be used before` a time that has not come,
    and logins fail. GitLab behind: tokens live shorter, and with six minutes of it and more they have expired at
    birth. The clocks are read from the Date headers of answers, which are cut to the second: each offset says how
    well it is known. A proxy writes its own Date, so where only the public address can be asked it is the proxy's
    clock that is read.

    Let NTP set the clocks of both hosts. In containers and virtual machines it is the host's clock that counts.
    """
    registry, gitlab = clocks.registry, clocks.gitlab
    if registry is None or gitlab is None:
        if gitlab is None and not clocks.why_unread("GitLab"):
            return Skip("no token service is known here")
        whose = "registry" if registry is None else "GitLab"
        return Unknown(clocks.why_unread(whose) or "the registry's address is not known, so its clock was not read")
    apart = gitlab.offset - registry.offset
    doubt = gitlab.uncertainty + registry.uncertainty
    words = f"{gitlab.words}, {registry.words}, against this machine's clock"
    if abs(apart) + doubt <= LEEWAY:
        return Pass(words)
    if abs(apart) - doubt <= LEEWAY + (HEAD_START if apart > 0 else 0):
        return Unknown(f"too near to the {LEEWAY:.0f} s that the registry allows to tell: {words}")
    return _fail(registry, gitlab, apart, doubt)


def _fail(registry: Reading, gitlab: Reading, apart: float, doubt: float) -> Fail:
    how = "ahead of" if apart > 0 else "behind"
    if apart > 0:
        effect = "tokens are not yet valid when the registry sees them"
    elif -apart - doubt > LIFETIME + LEEWAY:
        effect = f"tokens of {LIFETIME / 60:.0f} minutes have expired when the registry sees them"
    else:
        effect = f"tokens of {LIFETIME / 60:.0f} minutes live {-apart:.0f} s less"
    mends = {
        Dialect.HELM: Remedy("Let NTP set the clock of the nodes that run GitLab's and the registry's pods."),
        Dialect.PLAIN: Remedy(
            "Let NTP set the clock on both hosts; the one that differs from this machine's is the likely culprit.",
            ("timedatectl status", "sudo timedatectl set-ntp true"),
        ),
    }
    return Fail(
        f"GitLab's clock is {abs(apart):.0f} s ± {doubt:.0f} s {how} the registry's: {effect}",
        evidence=tuple(reading.quote() for reading in (gitlab, registry)),
        resource=gitlab.exchange.url,
        severity=Severity.ERROR if apart > 0 or -apart - doubt > LIFETIME + LEEWAY else Severity.WARNING,
        remedy=mends,
    )
