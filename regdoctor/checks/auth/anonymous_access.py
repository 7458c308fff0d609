"""AUTH-13: everybody may pull, and perhaps push, without a login."""

from collections.abc import Sequence

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.checks.auth import registry_is_on
from regdoctor.distribution.web_addresses import is_loopback, listening_on
from regdoctor.evidence.answers import InternalAnswer, Ping, PublicAnswer
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.login_source import LoginSource
from regdoctor.evidence.registry_reach import own_services, published_ports, routes_that_ask
from regdoctor.foreign_text import short
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import Port
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import UndecidedError
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


@check(
    title="The registry asks for a login",
    severity=Severity.ERROR,
    failure_modes=("AUTH-13",),
    explains=("reconfigure_pending",),
    reference="https://distribution.github.io/distribution/about/configuration/#auth",
)
def anonymous_access(
    public: PublicAnswer | Absent,
    internal: InternalAnswer | Absent,
    config: RegistryConfig | Absent,
    installation: Installation | Absent,
    gitlab: GitLabConfig | Absent,
    compose: ComposeFile | Absent,
    nginx: NginxConfig | Absent,
    logins: LoginSource | Absent,
) -> Outcome:
    """A registry without an auth section serves everybody who can reach it, pull and push.

    GET /v2/ without credentials then answers 200 in place of 401. GitLab's permissions count for nothing, and a login
    that is given is judged by nobody: any password would do. A public
    registry may mean to be open: then say so with `--ignore anonymous_access`. A mirror of public images has to be,
    for docker sends a mirror no credentials, and is passed over where its configuration shows it. Anonymous pulls of
    a public project in GitLab are another thing: there the registry still asks, and GitLab gives a token to anyone.
    Where nothing answers, its configuration is judged: what listens on loopback alone serves this host alone, and a
    proxy in front of it may ask in its place. A registry without GitLab that was asked at a loopback address is a
    warning: nothing says that others reach it.

    Give the registry an auth section: users of its own in an htpasswd file, or for GitLab the token section that its
    documentation names the minimum.
    """
    if isinstance(config, RegistryConfig) and _is_mirror(config):
        return Skip(f"{config.source} makes it a mirror of public images, which is open by intention")
    outer = public.best if isinstance(public, PublicAnswer) else None
    inner = internal.ping if isinstance(internal, InternalAnswer) else None
    of_gitlab = _belongs_to_gitlab(installation, gitlab)
    looks = [look for look in (outer, inner) if look is not None]
    is_for_others = of_gitlab or not _is_on_loopback_alone(looks, config, gitlab, compose, nginx)
    severity = Severity.ERROR if is_for_others else Severity.WARNING
    if outer is not None and _is_open(outer):
        return _open(outer, config, severity, _unjudged(logins), of_gitlab=of_gitlab)
    if outer is not None and _asks(outer):
        if inner is not None and _is_open(inner):
            return _only_the_proxy_asks(outer, inner, config)
        return Pass(f"{outer.endpoint.url}/v2/ answers 401 without credentials")
    if inner is not None and _is_open(inner):
        return _open(inner, config, severity, _unjudged(logins), of_gitlab=of_gitlab)
    if inner is not None and _asks(inner):
        return Pass(f"{inner.endpoint.url}/v2/ answers 401 without credentials")
    if isinstance(config, RegistryConfig):
        return _judged_from_file(config, installation, gitlab, compose, nginx)
    if any(isinstance(item, Absent) and item.applicable for item in (public, internal, config)) or outer or inner:
        return Unknown("no registry answered, and no configuration was read")
    return Skip("there is neither a registry to ask nor a configuration of one to read")


def _is_mirror(config: RegistryConfig) -> bool:
    """Whether it fetches from another registry without an account, so that all it holds is public anyway."""
    user = config.at("proxy", "username")
    remote = config.at("proxy", "remoteurl")
    return remote is not None and bool(remote.text()) and not (user and user.text())


def _is_open(ping: Ping) -> bool:
    return ping.is_registry and ping.exchange.status == 200


def _asks(ping: Ping) -> bool:
    return ping.exchange.status == 401 and (ping.is_registry or bool(ping.challenges))


def _belongs_to_gitlab(installation: Installation | Absent, gitlab: GitLabConfig | Absent) -> bool:
    dialect = installation.dialect if isinstance(installation, Installation) else Dialect.PLAIN
    of_package = dialect in (Dialect.OMNIBUS, Dialect.HELM, Dialect.SOURCE)
    return of_package or (isinstance(gitlab, GitLabConfig) and registry_is_on(gitlab))


def _is_on_loopback_alone(
    looks: Sequence[Ping],
    config: RegistryConfig | Absent,
    gitlab: GitLabConfig | Absent,
    compose: ComposeFile | Absent,
    nginx: NginxConfig | Absent,
) -> bool:
    """Whether every address that is known of it is a loopback one, so that nothing says that others reach it."""
    if not all(is_loopback(look.endpoint.host) for look in looks):
        return False
    if isinstance(config, Absent):
        return True
    try:
        routes, _ = routes_that_ask(nginx, config, gitlab)
        names = {name for route in routes for name in route.server.names if name not in ("", "_")}
        services = own_services(config, compose)
        address = config.http_address()
        inner = is_loopback(listening_on((address.text() if address else None) or "localhost:5000")[0])
        if services:
            inner = all(port.is_loopback for port in published_ports(config, services))
    except UndecidedError:
        return False  # it is open all the same, and what is computed at run time may be any address
    return inner and all(is_loopback(name) for name in names)


def _unjudged(logins: LoginSource | Absent) -> str:
    """What became of the login, for whoever would take a registry without complaints for one that accepts it."""
    login = logins.login if isinstance(logins, LoginSource) else None
    return f"; the login of {short(login.words)} was judged by nobody" if login is not None else ""


def _open(
    look: Ping, config: RegistryConfig | Absent, severity: Severity, unjudged: str, *, of_gitlab: bool
) -> Outcome:
    evidence = [look.exchange.quote()]
    if isinstance(config, RegistryConfig):
        scheme = config.auth_scheme()
        if scheme:
            return Fail(
                f"{look.endpoint.url} serves without a login, though {config.source} asks for one: it was not "
                f"restarted since, or something in front logs in for everybody{unjudged}",
                evidence=(*evidence, scheme[1].quote()),
                resource=look.endpoint.url,
                remedy=_RESTART,
            )
        evidence.append(_no_auth(config))
    return Fail(
        f"The registry at {look.endpoint.url} answers without asking for a login{unjudged}",
        evidence=tuple(evidence),
        resource=look.endpoint.url,
        severity=severity,
        remedy=_remedy(of_gitlab=of_gitlab),
    )


def _only_the_proxy_asks(outer: Ping, inner: Ping, config: RegistryConfig | Absent) -> Outcome:
    """A proxy that asks for the password is a way to do it, as long as nobody gets past the proxy."""
    address = config.http_address() if isinstance(config, RegistryConfig) else None
    said = address.text() or "" if address else ""
    if address is None or said.startswith(("127.", "localhost", "[::1]")):
        return Pass(
            f"{outer.endpoint.url}/v2/ answers 401 without credentials; what stands in front asks, not the registry"
        )
    return Fail(
        f"Only what stands in front asks for a login: the registry itself, on {said}, serves whoever reaches that port",
        evidence=(outer.exchange.quote(), inner.exchange.quote(), address.quote()),
        resource=inner.endpoint.url,
        severity=Severity.WARNING,
        remedy=_BEHIND,
    )


def _judged_from_file(
    config: RegistryConfig,
    installation: Installation | Absent,
    gitlab: GitLabConfig | Absent,
    compose: ComposeFile | Absent,
    nginx: NginxConfig | Absent,
) -> Outcome:
    scheme = config.auth_scheme()
    if scheme is not None:
        return Pass(f"{config.source} asks for {scheme[0]} authentication (the registry itself did not answer)")
    section = config.at("auth")
    if section is not None and section.decided().value:
        return Unknown(f"the auth section of {config.source} names more than one way to authenticate: it cannot start")
    dialect = installation.dialect if isinstance(installation, Installation) else Dialect.PLAIN
    of_gitlab = dialect is Dialect.OMNIBUS or (isinstance(gitlab, GitLabConfig) and registry_is_on(gitlab))
    address = config.http_address()
    services = own_services(config, compose)
    ports = published_ports(config, services)
    published = tuple(port for port in ports if not port.is_loopback)
    in_network = bool(services) and not published and not any(service.host_network for service in services)
    on_loopback = address is not None and is_loopback(listening_on(address.text() or "")[0])
    routes, ask = routes_that_ask(nginx, config, gitlab)
    if ask and (in_network or on_loopback):
        return Pass(f"nginx ({routes[0].name}) asks for a password, and nothing else leads to the registry")
    # Omnibus keeps the registry's environment in files, which were read; elsewhere REGISTRY_AUTH may be set unseen.
    whole = isinstance(installation, Installation) and bool(installation.env_directory or installation.process)
    doubt = "" if whole or dialect is Dialect.COMPOSE else ", unless its environment (REGISTRY_AUTH) says otherwise"
    severity = Severity.ERROR if whole or published else Severity.WARNING
    problem = f"anyone who reaches the registry can use it without a login{doubt}"
    if address is not None and not of_gitlab and not routes and (on_loopback or in_network):
        severity = Severity.INFO
        where = f"only this host reaches it on {address.text() if on_loopback else _shown(ports)}"
        where = where if on_loopback or ports else "only containers of its network reach it, for no port is published"
        problem = f"{where}, and it asks nobody there for a login"
    quoted = [item for item in (address, *(port.located for port in ports)) if item is not None]
    return Fail(
        f"{config.source} has no auth section: {problem}",
        evidence=(_no_auth(config), *(item.quote() for item in quoted)),
        resource=config.source,
        severity=severity,
        remedy=_remedy(of_gitlab=_belongs_to_gitlab(installation, gitlab)),
    )


def _shown(ports: tuple[Port, ...]) -> str:
    return " and ".join(f"{port.host_ip}:{port.published}" for port in ports)


def _no_auth(config: RegistryConfig) -> Quote:
    return Quote(config.source, "no auth section")


_RESTART = {
    Dialect.OMNIBUS: Remedy("Restart the registry, then look again.", ("sudo gitlab-ctl restart registry",)),
    Dialect.COMPOSE: Remedy("Restart the registry, then look again.", ("docker compose restart registry",)),
    Dialect.HELM: Remedy(
        "Restart the registry's pods, then look again.", ("kubectl rollout restart deployment -l app=registry",)
    ),
    Dialect.PLAIN: Remedy("Restart the registry, then look again.", ("sudo systemctl restart docker-registry",)),
}
_BEHIND = {
    Dialect.OMNIBUS: Remedy(
        "Let the registry listen on loopback, behind its proxy: this line in /etc/gitlab/gitlab.rb.",
        ("registry['registry_http_addr'] = \"127.0.0.1:5000\"", "sudo gitlab-ctl reconfigure"),
    ),
    Dialect.PLAIN: Remedy(
        "Let the registry listen on loopback, behind its proxy, or keep others from that port with a firewall, or give "
        "it an auth section of its own. In config.yml:",
        ("http:\n  addr: 127.0.0.1:5000",),
    ),
}
_OF_GITLAB = Remedy(
    "Add an auth section to the registry's config.yml and restart it, with GitLab's own address as realm:",
    (
        "auth:\n"
        "  token:\n"
        "    realm: https://gitlab.example.com/jwt/auth\n"
        "    service: container_registry\n"
        "    issuer: gitlab-issuer\n"
        "    rootcertbundle: /root/certs/certbundle",
    ),
)
_WITH_USERS = Remedy(
    "Give the registry users: make the file (it asks for a password), add the section to its config.yml, and restart "
    "it. A registry of GitLab takes auth.token in place of it, with GitLab's /jwt/auth as realm.",
    (
        "sudo htpasswd -B -c /etc/docker/registry/htpasswd admin",
        "auth:\n  htpasswd:\n    realm: Registry\n    path: /etc/docker/registry/htpasswd",
        "sudo systemctl restart docker-registry",
    ),
)


def _remedy(*, of_gitlab: bool) -> Remedies:
    return {**_REMEDY, Dialect.PLAIN: _OF_GITLAB if of_gitlab else _WITH_USERS}


_REMEDY = {
    Dialect.OMNIBUS: Remedy(
        "Omnibus always writes an auth section: this config.yml was edited by hand or another is in use. Reconfigure "
        "writes it again.",
        ("sudo gitlab-ctl reconfigure", "sudo gitlab-ctl restart registry"),
    ),
    Dialect.HELM: Remedy("The chart always writes an auth section; look for another registry behind this address."),
    Dialect.COMPOSE: Remedy(
        "Give the registry users: make the file (it asks for a password), mount its folder, and name it in the "
        "environment of the registry's service, then `docker compose up -d`.",
        (
            "mkdir -p auth && htpasswd -B -c auth/htpasswd admin",
            "environment:\n"
            "  REGISTRY_AUTH: htpasswd\n"
            "  REGISTRY_AUTH_HTPASSWD_REALM: Registry\n"
            "  REGISTRY_AUTH_HTPASSWD_PATH: /auth/htpasswd\n"
            "volumes:\n"
            "  - ./auth:/auth:ro",
        ),
    ),
}
