"""AUTH-10: a registry with https sends its clients to a token service by plain http."""

import re
from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.checks.auth import GITLAB_TOKEN_PATH
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_tokens import asked_of_service
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import TokenTrials, Trial
from regdoctor.remedies import change
from regdoctor.sign import Seen, sign

_PASTABLE = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+(?:/[A-Za-z0-9._~/\-]*)?")
"""What of an address may stand in a command: it was a server that wrote it."""
_NOT_REACHED = (FailureKind.NAME, FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.SCHEME)


@check(
    title="Passwords go to the token service by https",
    severity=Severity.WARNING,
    failure_modes=("AUTH-10",),
    reference="https://distribution.github.io/distribution/about/configuration/#token",
)
def realm_without_tls(trials: TokenTrials) -> Outcome:
    """docker login sends name and password to the realm of the registry's challenge, by the scheme that it has.

    With http they cross the network in clear text, however good the registry's own https is, and where the registry
    has http as well and the realm is on another host, that host gets them, whoever wrote the challenge. regdoctor does
    not send the password there, so what a login gets is not seen; without a login it is asked all the same, and
    --send-credentials-to HOST sends it. GitLab behind
    a proxy that ends TLS is the usual reason: whoever wrote the realm knew the inner address.

    Set auth.token.realm to the https address of the token service, and restart the registry. Change a password that
    went there.
    """
    there, registry = read_web_address(trials.realm), read_web_address(trials.registry)
    if there is None or registry is None:
        return Unknown("the address of the token service cannot be read")
    if there.scheme == "https":
        return Pass(f"{trials.realm_in_words} is https")
    if registry.scheme == "http" and there.host == registry.host:
        return Skip("the registry itself is reached by http")
    if there.is_loopback and there.host != registry.host:
        return Skip(f"{trials.realm_in_words} does not leave the client's own machine")
    trial = trials.issued
    if trial is None or trial.realm is None:
        return Unknown("the token service was not asked")
    if _nothing_is_sent(trial.realm):
        return Unknown(f"no connection comes about, so nothing is sent: {trial.realm.quote().quote}")
    sends = "has https and sends" if registry.scheme == "https" else "sends"
    return Fail(
        f"The registry {sends} clients to {trials.realm_in_words}: passwords cross the network in clear "
        f"text{_beside(trial)}",
        evidence=(challenge_of(trials), *looks(trial)),
        resource=trials.realm_in_words,
        remedy=by_https(trials),
    )


def challenge_of(trials: TokenTrials) -> Quote:
    """Where the registry sends its clients for tokens, as evidence."""
    return Quote(f"GET {trials.registry}/v2/", f"WWW-Authenticate: Bearer realm={trials.realm_in_words}")


def looks(trial: Trial) -> tuple[Quote, ...]:
    """What came back from the token service, by http and by https."""
    return tuple(one.quote() for one in (trial.realm, trial.over_tls) if one is not None)


def by_https(trials: TokenTrials) -> Remedies:
    """The realm that it should be: the same place by https."""
    trial = trials.issued
    url = trial.over_tls.url.partition("?")[0] if trial is not None and trial.over_tls is not None else ""
    shown = trial is not None and trial.tls_answers
    why = "Ask for tokens by https, which answers there." if shown else "Ask for tokens by https, and serve it there."
    by_hand = "Set auth.token.realm to the token service's address by https, as users have it."
    return set_realm(url, why) or {Dialect.PLAIN: Remedy(by_hand)}


def set_realm(url: str, why: str) -> Remedies | None:
    """Set auth.token.realm to `url`; None where that may not stand in a command: a server may have written it.

    why: the sentence, with its full stop, that each remedy begins with.
    """
    if not _PASTABLE.fullmatch(url):
        return None
    root = url.removesuffix(GITLAB_TOKEN_PATH)
    if root == url or urlsplit(root).path not in ("", "/"):
        return change("auth.token.realm", url, why)
    return {
        **change("auth.token.realm", url, why),
        Dialect.OMNIBUS: Remedy(
            f"{why} In /etc/gitlab/gitlab.rb, without the path, which Omnibus appends:",
            (f"registry['token_realm'] = \"{root}\"", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            f"{why} Without the path, which the chart appends.",
            (f"helm upgrade gitlab gitlab/gitlab --reuse-values --set-string 'registry.authEndpoint={root}'",),
        ),
    }


def _nothing_is_sent(asked: Exchange) -> bool:
    """Whether the client's request does not get as far as to a connection."""
    kind = asked.failure.kind if asked.failure is not None and asked.status is None else None
    return kind in _NOT_REACHED or (kind is FailureKind.TIMEOUT and asked.peer is None)


def _beside(trial: Trial) -> str:
    """What is worth knowing of the answer, in words that end the sentence."""
    if trial.realm is not None and trial.realm.status is None:
        return ", and no answer comes back" + ("; https answers there" if trial.tls_answers else "")
    withheld = f"; {trial.withheld}" if trial.withheld else ""
    return f"{withheld}; https answers there too" if trial.tls_answers else withheld


@sign(realm_without_tls, parts=(Part.TOKEN_SERVICE,))
def _in_traffic(call: Call, story: Story) -> Seen:
    """A registry by https whose clients ask for tokens in clear, over the network."""
    if call.exchange.url[:7].lower() != "http://" or call.status is None:
        return None
    trials = asked_of_service(call, story)
    if trials is None or not trials.registry.startswith("https://"):
        return None
    told = realm_without_tls.judge(trials)
    return told if isinstance(told, Fail) else None
