"""AUTH-12: autoredirect sends clients to the registry's own host for tokens, where GitLab is not."""

from dataclasses import replace
from urllib.parse import urlsplit

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.checks.auth import GITLAB_TOKEN_PATH, gitlab_realm, token_option
from regdoctor.distribution.errors import parse_errors
from regdoctor.distribution.page_authors import is_page
from regdoctor.distribution.web_addresses import WebAddress, read_web_address
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_tokens import asked_of_service
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.product import Generation, Product
from regdoctor.evidence.story import Story
from regdoctor.evidence.token_trials import TokenTrials
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import change
from regdoctor.sign import Seen, sign

_SETTING = "auth.token.autoredirect"
_PATH = "/auth/token"
"""In 2.8 and GitLab's registry always, in 3.x unless autoredirectpath is set: accesscontroller.go of auth/token."""


@check(
    title="The registry sends clients to the realm that is configured",
    severity=Severity.ERROR,
    failure_modes=("AUTH-12",),
    symptoms=("/auth/token",),
    explains=("login_unauthorized", "realm_answers_html", "realm_unreachable", "realm_without_tls"),
    reference="https://distribution.github.io/distribution/about/configuration/#token",
)
def autoredirect_replaces_realm(
    config: RegistryConfig | Absent, product: Product, trials: TokenTrials | Absent
) -> Outcome:
    """With auth.token.autoredirect the registry ignores its realm and sends clients to /auth/token on its own host.

    That suits a token service behind the registry's own address. GitLab has no /auth/token: the client meets the
    registry itself there, or the proxy in front, gets 404 and cannot log in, while the realm in the file looks right.
    It shows from outside: the challenge names the registry's own host with that path, and what answers there is no
    token service.

    Switch autoredirect off, and restart the registry; or, where a token service is meant to be there, let the proxy
    pass /auth/token on to it.
    """
    seen = None if isinstance(trials, Absent) else _seen(trials)
    if isinstance(config, Absent):
        return seen or _unread(config, trials)
    told = _by_config(config, product)
    if not isinstance(seen, Fail) or not _is_on(config):
        return told
    return replace(told, evidence=(*told.evidence, *seen.evidence)) if isinstance(told, Fail) else seen


def _unread(config: Absent, trials: TokenTrials | Absent) -> Outcome:
    """Neither the file nor the way of a login could be looked at."""
    if not config.applicable and isinstance(trials, Absent) and trials.applicable:
        return Unknown(trials.reason)
    return Unknown(config.reason) if config.applicable else Skip(config.reason)


def _is_on(config: RegistryConfig) -> bool:
    redirect = token_option(config, "autoredirect")
    return redirect is not None and redirect.switch() is True


def _by_config(config: RegistryConfig, product: Product) -> Outcome:
    realm = gitlab_realm(config)
    if realm is None:
        return Skip(f"{config.source} names no realm of GitLab, which autoredirect could replace")
    redirect = token_option(config, "autoredirect")
    if redirect is None or redirect.switch() is not True:
        return Pass(f"clients are sent to {realm.text()}")
    path = token_option(config, "autoredirectpath")
    if path is not None and (path.text() or "").endswith(GITLAB_TOKEN_PATH):
        if product.must_be(Generation.DISTRIBUTION_3):
            return Pass(f"clients are sent to {path.text()} on the registry's own host")
        if product.may_be(Generation.DISTRIBUTION_3):
            return Unknown(
                "auth.token.autoredirectpath counts on distribution 3.x alone; which registry it is, nothing tells"
            )
    return Fail(
        f"auth.token.autoredirect is on: clients are sent to {_PATH} on the registry's host, not to {realm.text()}",
        evidence=(redirect.quote(), realm.quote()),
        resource=_SETTING,
        remedy=change(_SETTING, False, "Let the realm count.", now=redirect),
    )


def _seen(trials: TokenTrials) -> Outcome:
    """What the challenge says, and what answers where it leads.

    The same realm may have been set by hand for a token service that is not there: both ways to mend it are told.
    """
    realm = read_web_address(trials.realm)
    if realm is None or realm.path != _PATH or not _is_own_host(realm, trials.registry):
        return Skip("clients are not sent to /auth/token on the registry's own host, as autoredirect does it")
    answer = trials.issued.asked if trials.issued is not None else None
    if answer is None:
        return Unknown(f"whether a token service answers at {_PATH} on the registry's host could not be asked")
    if answer.status == 200 and trials.issued is not None and trials.issued.ping is not None:
        return Pass(f"a token service answers at {_PATH} on the registry's own host")
    what = _no_token_service(answer)
    if not what:
        return Unknown(f"a token service may be there or not: {answer.quote().quote}")
    url = answer.url.partition("?")[0]
    return Fail(
        f"Clients are sent to {_PATH} on the registry's own host for tokens, as auth.token.autoredirect does it, and "
        f"{what}",
        evidence=(Quote(f"GET {trials.registry}/v2/", f'WWW-Authenticate: Bearer realm="{url}"'), answer.quote()),
        resource=_SETTING,
        remedy=change(
            _SETTING,
            False,
            "Switch autoredirect off, so that auth.token.realm counts. Where a token service is meant to be on the "
            f"registry's own host, let the proxy pass {_PATH} on to it instead.",
        ),
    )


def _is_own_host(realm: WebAddress, registry: str) -> bool:
    """Whether it is the Host that the registry was asked by; 2.8 writes https before it, whatever it is asked by."""
    asked = read_web_address(registry)
    if asked is None or asked.host != realm.host:
        return False
    return asked.port == realm.port or not (asked.port_is_written or realm.port_is_written)


def _no_token_service(answer: Exchange) -> str:
    """Why what answered can be none, in words that follow "and"; empty where it may be one.

    A gateway's page says only that it is down, and 401 or 403 that a login is refused.
    """
    if answer.failure is not None:
        speaks_http = answer.failure.kind is FailureKind.TLS and answer.failure.not_tls
        return "no TLS is spoken there" if speaks_http and urlsplit(answer.url).scheme == "https" else ""
    if answer.status == 404 and answer.method != "POST":
        # Token services refuse with the registry's envelope of errors, and no registry writes that outside /v2/.
        return "" if parse_errors(answer.body) else "nothing is known there: 404"
    if answer.status == 200 and is_page(answer.headers, answer.body):
        return "a page for people answers there"
    return ""


_TELLING = (None, 200, 404)
"""None: distribution 2 writes https into its realm where it is asked by http as well, and then no TLS is spoken."""


@sign(autoredirect_replaces_realm, parts=(Part.TOKEN_SERVICE,), statuses=_TELLING)
def _in_traffic(call: Call, story: Story) -> Seen:
    """What a client met where the challenge sent it; the form by POST a token service need not know."""
    if call.status not in _TELLING or call.recorded.given is not None:
        return None
    trials = asked_of_service(call, story)
    told = _seen(trials) if trials is not None else None
    return replace(told, resource=trials.registry) if isinstance(told, Fail) and trials is not None else None
