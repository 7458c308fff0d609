"""AUTH-10: the registry sends clients to a place where GitLab gives no tokens."""

import ipaddress
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import GITLAB_TOKEN_PATH, gitlab_setting, registry_is_on, token_option
from regdoctor.distribution.web_addresses import WebAddress, is_loopback, read_web_address
from regdoctor.distribution.whole_numbers import port_number
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change


@check(
    title="The registry sends clients to GitLab for tokens",
    severity=Severity.ERROR,
    failure_modes=("AUTH-10", "AUTH-11"),
    symptoms=("error parsing HTTP 404 response body: invalid character '<' looking for beginning of value",),
    explains=(
        "login_unauthorized",
        "realm_answers_html",
        "realm_unreachable",
        "realm_without_tls",
        "token_service_fails",
    ),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def realm_not_gitlab(config: RegistryConfig, gitlab: GitLabConfig) -> Iterator[Outcome]:
    """Clients that come without a token are sent to auth.token.realm, and must find GitLab's /jwt/auth there.

    They are sent there from where they are, so the realm must be the address of GitLab that users have, not an inner
    one: with https where GitLab has it, with GitLab's port where that is not the usual one, with the path that GitLab
    is installed under. Elsewhere docker login meets no host, a refused connection, or a page of HTML.

    Set auth.token.realm to GitLab's own address with /jwt/auth after it, and restart the registry.
    """
    realm = token_option(config, "realm")
    if realm is None or realm.text() is None:
        yield Skip(f"{config.source} sets no auth.token.realm")
    elif not registry_is_on(gitlab):
        yield Skip(f"{gitlab.source} has the registry switched off, so GitLab issues no tokens for it")
    elif _is_replaced(config):
        yield Skip("auth.token.autoredirect is on, so the realm does not count")
    else:
        yield from tuple(_contradictions(realm, gitlab)) or (Pass(f"{realm.text()} is GitLab's address"),)


def _is_replaced(config: RegistryConfig) -> bool:
    redirect = token_option(config, "autoredirect")
    return redirect is not None and redirect.switch() is True


def _contradictions(realm: Located, gitlab: GitLabConfig) -> Iterator[Fail]:
    """What of the realm cannot be GitLab's, in the order of a URL's parts."""
    address = read_web_address(realm.text() or "")
    if address is None:
        problem = f'auth.token.realm "{realm.text()}" is no URL: clients cannot ask it for a token'
        yield _fail(realm, None, gitlab, problem)
        return
    host = gitlab_setting(gitlab, "gitlab", "host")
    name = (host.text() or "").lower() if host is not None else address.host
    path = _root(gitlab) + GITLAB_TOKEN_PATH
    if host is not None and name != address.host:
        yield _other_host(realm, address, host, name, gitlab, is_gitlabs=address.path == path)
        return
    if address.path != path:
        problem = f"auth.token.realm {realm.text()} has not the path {path}, where GitLab gives out tokens"
        yield _fail(realm, gitlab_setting(gitlab, "gitlab", "relative_url_root") or host, gitlab, problem)
    yield from _other_door(realm, address, gitlab)


def _other_host(
    realm: Located, address: WebAddress, host: Located, name: str, gitlab: GitLabConfig, *, is_gitlabs: bool
) -> Fail:
    """Another name than GitLab's: wrong where clients cannot know it, else worth knowing, for it may be an alias.

    is_gitlabs: whether the path is that of GitLab.
    """
    if address.is_loopback and not is_loopback(name):
        problem = f"auth.token.realm {realm.text()} leads each client to itself; GitLab is {name}"
        return _fail(realm, host, gitlab, problem)
    if not is_gitlabs:
        problem = f"auth.token.realm {realm.text()} is another token service than GitLab, which is {name}"
        return _fail(realm, host, gitlab, problem, Severity.WARNING)
    severity = Severity.WARNING if _is_inner(address.host) and not _is_inner(name) else Severity.INFO
    problem = f"auth.token.realm calls GitLab {address.host}, GitLab itself {name}: clients must reach it by the first"
    return _fail(realm, host, gitlab, problem, severity)


def _other_door(realm: Located, address: WebAddress, gitlab: GitLabConfig) -> Iterator[Fail]:
    """The same host by another scheme or port.

    A GitLab without https behind a proxy that has it is usual, so https in the realm contradicts nothing.
    """
    https, port = gitlab_setting(gitlab, "gitlab", "https"), gitlab_setting(gitlab, "gitlab", "port")
    secure = https is not None and https.switch() is True
    if secure and https is not None and address.scheme == "http":
        problem = f"auth.token.realm {realm.text()} has http, GitLab has https: passwords go there in clear text"
        yield _fail(realm, https, gitlab, problem, Severity.WARNING)
        return
    number = port_number(port.text() if port is not None else None)
    if port is None or number is None or secure != (address.scheme == "https") or number == address.port:
        return
    problem = f"auth.token.realm {realm.text()} leads to port {address.port}; GitLab's own port is {number}"
    yield _fail(realm, port, gitlab, problem, Severity.WARNING if address.port_is_written else None)


def _root(gitlab: GitLabConfig) -> str:
    """The path that GitLab is installed under; empty for a host of its own."""
    root = gitlab_setting(gitlab, "gitlab", "relative_url_root")
    path = (root.text() or "").strip("/") if root is not None else ""
    return f"/{path}" if path else ""


def _is_inner(host: str) -> bool:
    """Whether a name or an address says of itself that it is known inside alone: RFC 1918, RFC 6762, a bare name."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".svc"))


def _fail(
    realm: Located, other: Located | None, gitlab: GitLabConfig, problem: str, severity: Severity | None = None
) -> Fail:
    return Fail(
        problem,
        evidence=(realm.quote(), *((other.quote(),) if other is not None else ())),
        resource="auth.token.realm",
        severity=severity,
        remedy=_remedy(realm, gitlab),
    )


def _remedy(realm: Located, gitlab: GitLabConfig) -> Remedies:
    """The realm that gitlab.yml speaks for; Omnibus and the chart append the path themselves."""
    host, port, https = (gitlab_setting(gitlab, "gitlab", key) for key in ("host", "port", "https"))
    scheme = "https" if https is not None and https.switch() is True else "http"
    written = port.text() if port is not None else None
    shown = f":{written}" if written and written != ("443" if scheme == "https" else "80") else ""
    # localhost is what GitLab takes for itself where nothing is set (config/initializers/1_settings.rb).
    address = f"{scheme}://{(host.text() if host is not None else None) or 'localhost'}{shown}{_root(gitlab)}"
    why = "Name GitLab's address as users have it."
    return {
        **change("auth.token.realm", address + GITLAB_TOKEN_PATH, why, now=realm),
        Dialect.OMNIBUS: Remedy(
            f"{why} In /etc/gitlab/gitlab.rb, without the path, which Omnibus appends:",
            (f"registry['token_realm'] = \"{address}\"", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            f"{why} Without the path, which the chart appends.",
            (f"helm upgrade gitlab gitlab/gitlab --reuse-values --set-string 'registry.authEndpoint={address}'",),
        ),
    }
