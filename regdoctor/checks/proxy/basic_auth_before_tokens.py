"""AUTH-20: a proxy asks for a password where the registry asks for a token."""

from collections.abc import Iterator
from dataclasses import replace

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import change_nginx, each_route
from regdoctor.distribution.page_authors import Author
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import origin_of, ping_of
from regdoctor.evidence.call_tokens import bearer
from regdoctor.evidence.login_trial import LoginTrial
from regdoctor.evidence.proxied_answers import asked, challenges_of, is_foreign, refused_by
from regdoctor.evidence.proxy_rules import Route
from regdoctor.evidence.story import Story
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_values import possible_texts
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies.proxies import for_author
from regdoctor.sign import sign

_WHY = "Let the registry alone ask for credentials."
_APACHE = "# behind the section that asks:\n<Location /v2/>\n  AuthType None\n  Require all granted\n</Location>"
"""The last section that matches a request decides (httpd, How the sections are merged)."""


@check(
    title="One alone asks for credentials, the registry",
    severity=Severity.ERROR,
    failure_modes=("AUTH-20",),
    symptoms=("no basic auth credentials", "401 Authorization Required"),
    explains=("login_unauthorized", "api_version_header_missing"),
    reference="https://distribution.github.io/distribution/spec/auth/token/",
)
def basic_auth_before_tokens(
    nginx: NginxConfig | Absent,
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
    public: PublicAnswer | Absent,
    internal: InternalAnswer | Absent,
    trial: LoginTrial | Absent,
) -> Iterator[Outcome]:
    """A request has one Authorization header, and where a proxy asks for a password it is the proxy that reads it.

    The registry wants `Authorization: Bearer …` with a token. The proxy (auth_basic in nginx) takes that for a wrong
    password and answers 401 with `WWW-Authenticate: Basic` before the registry sees the request; a client that sends
    the password instead is let through by the proxy and refused by the registry. It shows in nginx's configuration,
    and where both can be asked in the two answers to GET /v2/: the proxy's own page at the public address, and the
    registry's challenge at its own port. From outside it shows once a login is given that the proxy lets in: a
    registry that asks for tokens still asks then, and one that the proxy alone guards serves. A proxy that answers 403
    to the login lets nobody in, whatever is behind it; of a 401 see login_refused.

    Switch auth_basic off where nginx passes the registry's requests on: the token service asks for the password.
    """
    seen = _seen(public, internal, trial)
    told = list(_by_config(nginx, config, gitlab))
    if isinstance(seen, Fail) and any(isinstance(one, Fail) for one in told):
        # The line of the configuration is the better address, and the answers are its proof.
        yield from (
            replace(one, evidence=(*one.evidence, *seen.evidence)) if isinstance(one, Fail) else one for one in told
        )
    elif isinstance(seen, Fail) or (seen is not None and not any(isinstance(one, Pass | Fail) for one in told)):
        yield seen
    else:
        yield from told


def _seen(
    public: PublicAnswer | Absent, internal: InternalAnswer | Absent, trial: LoginTrial | Absent
) -> Outcome | None:
    """What the answers alone say; None where there are none to judge by."""
    if isinstance(public, Absent) or public.best.exchange.failure is not None:
        return None
    outer = public.best
    schemes = {challenge.scheme.lower() for challenge in outer.challenges}
    if "basic" not in schemes or "bearer" in schemes or outer.is_registry:
        return Pass("no proxy asks for a password at the public address")
    inner = internal.ping if isinstance(internal, InternalAnswer) else None
    if inner is None:
        return _by_login(outer, trial)
    if not any(challenge.is_bearer for challenge in inner.challenges):
        return Skip("the registry does not ask for tokens")
    return _both_ask(outer, inner.exchange.quote("WWW-Authenticate"))


def _by_login(outer: Ping, trial: LoginTrial | Absent) -> Outcome:
    """What becomes of a login that is shown to whoever asks for a password, where nothing else of it is to be seen."""
    where = outer.endpoint.url
    if isinstance(trial, Absent):
        return Unknown(
            f"{where} asks for a password, and whether the registry behind it asks for a token shows once a login is "
            "let in (--username, --password-stdin)"
        )
    answer, words = trial.outer, f"as {trial.words}"
    if any(challenge.is_bearer for challenge in challenges_of(answer)) and answer.status == 401:
        return _both_ask(outer, asked(answer, words, "WWW-Authenticate"))
    if answer.ok:
        return Pass("a proxy asks for a password, and the registry behind it for none")
    author = refused_by(outer.exchange)
    if answer.status == 403 and author is not None and author == refused_by(answer):
        return _lets_nobody_in(outer, author, asked(answer, words))
    if answer.status == 401 and not is_foreign(answer):
        return Skip("the registry behind the proxy does not ask for tokens; what it says of the login: login_refused")
    return Unknown(f"{where} asks for a password; what is behind it does not show: {asked(answer, words).quote}")


def _both_ask(outer: Ping, inner: Quote) -> Fail:
    author = refused_by(outer.exchange)
    return Fail(
        f"{author.opening if author else 'A proxy'} asks for a password at {outer.endpoint.url}, and the registry "
        "behind it for a token: no client can send both",
        evidence=(outer.exchange.quote("WWW-Authenticate"), inner),
        resource=outer.endpoint.url,
        remedy=_remedy(author),
    )


def _remedy(author: Author | None) -> Remedies:
    return for_author(author, _WHY, change_nginx(_WHY, "auth_basic off;"), {"Apache": _APACHE})


def _lets_nobody_in(outer: Ping, author: Author, answer: Quote) -> Fail:
    """nginx answers 403, and not 401, where there is no auth_basic_user_file (ngx_http_auth_basic_module.c)."""
    return Fail(
        f"{author.opening} asks for a password at {outer.endpoint.url} and answers 403 to the login that it gets: none "
        "reaches the registry",
        evidence=(outer.exchange.quote("WWW-Authenticate"), answer),
        resource=outer.endpoint.url,
        remedy={
            Dialect.PLAIN: Remedy(
                f"Where the registry asks for tokens itself, take the password of {author.name} away (in nginx: "
                "auth_basic off). Where this password alone guards the registry, see the error log: nginx answers so "
                "where there is no file of auth_basic_user_file, and any proxy where a rule forbids the user."
            )
        },
    )


def _by_config(
    nginx: NginxConfig | Absent, config: RegistryConfig | Absent, gitlab: GitLabConfig | Absent
) -> Iterator[Outcome]:
    if isinstance(nginx, Absent) or isinstance(config, Absent):
        missing = next(one for one in (nginx, config) if isinstance(one, Absent))
        yield Unknown(missing.reason) if missing.applicable else Skip(missing.reason)
        return
    token = config.at("auth", "token")

    def judge(route: Route) -> Outcome:
        if token is None:
            return Skip("the registry does not ask for tokens")
        return _judge(route, nginx, token)

    yield from each_route(nginx, config, gitlab, judge)


def _judge(route: Route, nginx: NginxConfig, token: Located) -> Outcome:
    scope = route.location.scope
    basic = scope.setting("auth_basic")
    if basic is None or not basic.args:
        return Pass("nginx asks for no password")
    texts = possible_texts(basic.args[0], scope, nginx)
    if all(text == "off" for text in texts):
        return Pass("auth_basic is off")
    satisfy = scope.setting("satisfy")
    if "off" in texts or any("$" in text for text in texts):
        return Unknown(f"whether nginx asks for a password is known when it runs only ({basic.where()})")
    if satisfy is not None and satisfy.args == ("any",):
        return Unknown(f"nginx asks only those for a password whom nothing else lets in ({satisfy.where()})")
    realm = token.at("realm")
    return Fail(
        f"nginx ({route.name}) asks for a password, and the registry behind it for a token: no client can send both",
        evidence=(basic.quote(), *route.quotes(), (realm or token).quote()),
        resource=route.name,
        remedy=change_nginx(_WHY, "auth_basic off;"),
    )


@sign(basic_auth_before_tokens, parts=(Part.REGISTRY,), statuses=(401,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """A proxy that asks for a password where a token was shown, at an address whose registry has asked for one.

    Without the registry's own challenge the token may be of another place, and the password all that is asked for.
    """
    if call.status != 401 or not bearer(call) or not is_foreign(call.exchange):
        return None
    schemes = {challenge.scheme.lower() for challenge in challenges_of(call.exchange)}
    asked_by_registry = story.challenges.get(origin_of(call))
    if schemes != {"basic"} or asked_by_registry is None or is_foreign(asked_by_registry[1].exchange):
        return None
    return _both_ask(ping_of(call), asked_by_registry[1].exchange.quote("WWW-Authenticate"))
