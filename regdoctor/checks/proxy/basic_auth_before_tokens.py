"""AUTH-20: nginx asks for a password where the registry asks for a token."""

from collections.abc import Iterable

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown, check
from regdoctor.checks.proxy import change_nginx, each_route
from regdoctor.evidence.proxy_rules import Route
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_values import possible_texts
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="One alone asks for credentials, the registry",
    severity=Severity.ERROR,
    failure_modes=("AUTH-20",),
    symptoms=("no basic auth credentials", "401 Authorization Required"),
    explains=("login_unauthorized",),
    reference="https://distribution.github.io/distribution/recipes/nginx/",
)
def basic_auth_before_tokens(
    nginx: NginxConfig, config: RegistryConfig, gitlab: GitLabConfig | Absent
) -> Iterable[Outcome]:
    """A request has one Authorization header, and with auth_basic it is nginx that reads it.

    The registry wants `Authorization: Bearer …` with a token. nginx takes that for a wrong password and answers 401
    with `WWW-Authenticate: Basic` before the registry sees the request; a client that sends the password instead is
    let through by nginx and refused by the registry.

    Switch auth_basic off where nginx passes the registry's requests on: the token service asks for the password.
    """
    token = config.at("auth", "token")

    def judge(route: Route) -> Outcome:
        if token is None:
            return Skip("the registry does not ask for tokens")
        return _judge(route, nginx, token)

    return each_route(nginx, config, gitlab, judge)


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
        remedy=change_nginx("Let the registry alone ask for credentials.", "auth_basic off;"),
    )
