"""Who reaches a registry: by the ports that its container publishes, and past what a proxy in front of it asks."""

from __future__ import annotations

from regdoctor.distribution.web_addresses import listening_on
from regdoctor.evidence.proxy_rules import Route, registry_routes
from regdoctor.formats.compose_file import ComposeFile
from regdoctor.formats.container_service import ContainerService, Port
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.nginx_values import possible_texts
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent


def own_services(config: RegistryConfig, compose: ComposeFile | Absent) -> tuple[ContainerService, ...]:
    """The services of the project that run with this configuration."""
    found = compose.registries if isinstance(compose, ComposeFile) else ()
    return tuple(item.service for item in found if item.config == config)


def published_ports(config: RegistryConfig, services: tuple[ContainerService, ...]) -> tuple[Port, ...]:
    """The ports of the host that lead to the registry in its container, those of loopback included."""
    address = config.http_address()
    port = listening_on((address.text() if address is not None else None) or ":5000")[1]
    return tuple(found for service in services for found in service.published(port))


def routes_that_ask(
    nginx: NginxConfig | Absent, config: RegistryConfig, gitlab: GitLabConfig | Absent
) -> tuple[tuple[Route, ...], bool]:
    """The routes of nginx to the registry, and whether each of them asks for a password (auth_basic).

    A text that holds a variable counts as asking nobody, for it may be `off`.
    """
    routes = registry_routes(nginx, config, gitlab) if isinstance(nginx, NginxConfig) else ()
    return routes, bool(routes) and isinstance(nginx, NginxConfig) and all(_asks(route, nginx) for route in routes)


def _asks(route: Route, nginx: NginxConfig) -> bool:
    basic = route.location.scope.setting("auth_basic")
    if basic is None or not basic.args:
        return False
    return not any(text == "off" or "$" in text for text in possible_texts(basic.args[0], route.location.scope, nginx))
