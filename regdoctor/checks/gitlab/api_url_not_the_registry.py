"""GL-03, TLS-07: the address by which GitLab itself asks the registry cannot be the registry's."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import gitlab_realm, gitlab_setting, registry_is_on
from regdoctor.distribution.web_addresses import WebAddress, listening_on, read_web_address
from regdoctor.distribution.whole_numbers import port_number
from regdoctor.evidence.installation import Installation
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.compose_names import own_names, service_at
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Computed, Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_DEFAULT = "http://localhost:5000/"
"""config/initializers/1_settings.rb of GitLab."""


@check(
    title="GitLab asks the registry where it listens",
    severity=Severity.ERROR,
    failure_modes=("GL-03", "TLS-07"),
    symptoms=(
        "Docker connection error",
        "Failed to open TCP connection to",
        "Client sent an HTTP request to an HTTPS server.",
    ),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def api_url_not_the_registry(
    gitlab: GitLabConfig, config: RegistryConfig | Absent, installation: Installation, compose: ComposeFile | Absent
) -> Outcome:
    """GitLab's pages, its cleanup policies and its API ask the registry at registry.api_url of gitlab.yml.

    It must be a whole URL, with http or https as the registry itself speaks, and with the port that it listens on (or
    of what stands in front of it). Else docker works, while GitLab's own page of the registry says `Docker connection
    error`, and policies delete nothing. Loopback means GitLab's own node: with the registry on another it must be that
    node's address.

    In Compose each container has a loopback of its own: there it is the name of the registry's service.

    Set registry.api_url to the registry's http.addr, with its scheme, as GitLab's node reaches it.
    """
    if not registry_is_on(gitlab):
        return Skip(f"{gitlab.source} has the registry switched off")
    told = gitlab.registry("api_url")
    if told is not None and isinstance(told.value, Computed) and installation.dialect is Dialect.HELM:
        return Skip("the chart derives registry.api_url from the registry's own service")
    told = gitlab_setting(gitlab, "registry", "api_url")
    written = (told.text() if told is not None else None) or _DEFAULT
    quote = told.quote() if told is not None else Quote(gitlab.source, f"no registry.api_url: {_DEFAULT}")
    address = read_web_address(written)
    if address is None:
        return Fail(
            f'registry.api_url "{written}" is no URL with http:// or https://: GitLab cannot ask the registry anything',
            evidence=(quote,),
            resource="registry.api_url",
            failure_modes=("GL-03",),
            remedy=_remedy(f"http://{written}" if "://" not in written else _DEFAULT),
        )
    if isinstance(compose, ComposeFile):
        wrong = _in_project(compose, gitlab, told, address, quote)
        if wrong is not None:
            return wrong
    if not isinstance(config, RegistryConfig):
        return Pass(f"{written} is a URL; there is no configuration of the registry to hold it against")
    return _against(config, gitlab, installation, address, quote) or Pass(f"GitLab asks the registry at {written}")


def _against(
    config: RegistryConfig, gitlab: GitLabConfig, installation: Installation, address: WebAddress, quote: Quote
) -> Fail | None:
    """What is wrong with a whole URL; None where nothing can be proven, for a proxy may stand at any address."""
    listens = config.http_address()
    port = port_number(listening_on((listens.text() or "") if listens is not None else "")[1])
    if listens is None or port is None:
        return None
    if address.is_loopback:
        if _elsewhere(installation):
            return _of_another_node(listens, address, quote)
        if installation.dialect in (Dialect.COMPOSE, Dialect.HELM):
            return None  # each container has a loopback of its own, and a port may be published under another number
        if port != address.port and address.port != _public_port(gitlab, address):
            return _other_port(config, listens, address, quote)
    return _other_scheme(config, listens, address, quote) if port == address.port else None


def _in_project(
    compose: ComposeFile, gitlab: GitLabConfig, told: Located | None, address: WebAddress, quote: Quote
) -> Fail | None:
    """What is wrong between two services of a Compose project, where both are known; None where nothing is."""
    asking = service_at(compose, gitlab.source, told)
    if asking is None or asking.host_network:
        return None
    for registry in compose.registries:
        service = registry.service
        listens = registry.config.http_address() if registry.config is not None else None
        if registry.config is None or listens is None or _share_network(asking, service):
            continue
        number = port_number(listening_on(listens.text() or "")[1])
        if number is None:
            continue
        right = f"{'https' if _tls(registry.config) else 'http'}://{service.name}:{number}"
        if address.is_loopback:
            # An Omnibus container has a registry of its own; another service is GitLab's where its tokens are.
            if gitlab_realm(registry.config) is not None:
                return _of_another_container(listens, address, quote, right)
        elif address.host in own_names(service):
            if number != address.port:
                return _other_port(registry.config, listens, address, quote)
            return _other_scheme(registry.config, listens, address, quote, is_certain=True)
    return None


def _share_network(one: ContainerService, other: ContainerService) -> bool:
    modes = ((one.at("network_mode"), other), (other.at("network_mode"), one))
    return any(
        mode is not None and (mode.text() or "") in (f"service:{there.name}", f"container:{there.name}")
        for mode, there in modes
    )


def _of_another_container(listens: Located, address: WebAddress, quote: Quote, right: str) -> Fail:
    return Fail(
        f"registry.api_url leads GitLab into its own container ({address.host}), and the registry runs in another",
        evidence=(quote, listens.quote()),
        resource="registry.api_url",
        failure_modes=("GL-03",),
        remedy=_remedy(right),
    )


def _elsewhere(installation: Installation) -> bool:
    """Whether the registry is on another node than GitLab, and none is on GitLab's own."""
    if installation.gitlab_root is None or installation.gitlab_root == installation.root:
        return False
    ours = [node for node in installation.nodes() if node.root == installation.gitlab_root]
    return not any(node.registry_config or node.process for node in ours)


def _public_port(gitlab: GitLabConfig, address: WebAddress) -> int:
    """The port of the registry's public address: GitLab may as well ask there, through the proxy."""
    told = gitlab_setting(gitlab, "registry", "port")
    number = port_number(told.text() if told is not None else None)
    return number if number is not None else 443 if address.scheme == "https" else 80


def _of_another_node(listens: Located, address: WebAddress, quote: Quote) -> Fail:
    remedy = Remedy(
        "Set registry.api_url to the registry's node, by a name or an address that GitLab's node reaches; in Omnibus "
        "gitlab_rails['registry_api_url'] of GitLab's node, then reconfigure. Let the registry listen on more than "
        "loopback for it."
    )
    return Fail(
        f"registry.api_url leads GitLab to its own node ({address.host}), and the registry is on another",
        evidence=(quote, listens.quote()),
        resource="registry.api_url",
        failure_modes=("GL-03",),
        remedy={Dialect.PLAIN: remedy},
    )


def _other_port(config: RegistryConfig, listens: Located, address: WebAddress, quote: Quote) -> Fail:
    right = listening_on(listens.text() or "")[1]
    return Fail(
        f"registry.api_url leads GitLab to port {address.port} of {address.host}; the registry listens on "
        f"{listens.text()}",
        evidence=(quote, listens.quote()),
        resource="registry.api_url",
        failure_modes=("GL-03",),
        remedy=_remedy(f"{'https' if _tls(config) else 'http'}://{address.host}:{right}"),
    )


def _other_scheme(
    config: RegistryConfig, listens: Located, address: WebAddress, quote: Quote, *, is_certain: bool = False
) -> Fail | None:
    """http to a port with TLS, or https to one without. The second is certain on loopback, or between services:
    elsewhere a load balancer may have TLS on a port of the same number.
    """
    tls = _tls(config)
    if (address.scheme == "https") == (tls is not None) or (tls is None and not address.is_loopback and not is_certain):
        return None
    has = "TLS" if tls else "no TLS"
    return Fail(
        f"registry.api_url has {address.scheme}://, and the registry on port {address.port} has {has}",
        evidence=(quote, (tls or listens).quote()),
        resource="registry.api_url",
        failure_modes=("TLS-07",),
        remedy=_remedy(f"{'https' if tls else 'http'}://{address.host}:{address.port}"),
    )


def _tls(config: RegistryConfig) -> Located | None:
    """What gives the registry TLS of its own: a certificate, or one from Let's Encrypt."""
    for path in (("http", "tls", "certificate"), ("http", "tls", "letsencrypt", "cachefile")):
        found = config.at(*path)
        if found is not None and found.text():
            return found
    return None


def _remedy(url: str) -> Remedies:
    return {
        Dialect.OMNIBUS: Remedy(
            "In /etc/gitlab/gitlab.rb of GitLab's node (where it is not set, Omnibus derives it from "
            "registry['registry_http_addr']):",
            (f"gitlab_rails['registry_api_url'] = \"{url}\"", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.COMPOSE: Remedy(
            "In the environment of GitLab's service (image sameersbn/gitlab; with GitLab's own image "
            "gitlab_rails['registry_api_url'] in GITLAB_OMNIBUS_CONFIG), then `docker compose up -d`:",
            (f"GITLAB_REGISTRY_API_URL: {url}",),
        ),
        Dialect.PLAIN: Remedy(
            "In GitLab's gitlab.yml, then restart GitLab:",
            (f"registry:\n  api_url: {url}",),
        ),
    }
