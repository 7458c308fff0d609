"""What `gitlab-ctl reconfigure` would write from gitlab.rb: the registry's config.yml and GitLab's gitlab.yml."""

from __future__ import annotations

from collections.abc import Mapping

from regdoctor.distribution.generation import Generation
from regdoctor.formats.environment_overrides import lay_over
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located, Place
from regdoctor.formats.omnibus_sections import (
    RAILS,
    health_section,
    http_section,
    log_section,
    mapping,
    optional_sections,
    registry_path,
    storage_section,
    token_section,
    validation_section,
)
from regdoctor.formats.omnibus_values import Omnibus, Url, by_default, derived
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret


def rendered_registry_config(rb: GitLabRb) -> RegistryConfig | None:
    """The configuration of the registry, registry['env'] laid over it; None where this node runs no registry.

    Values keep file, line and name of gitlab.rb; what Omnibus adds has the layer `default`. Where other files may
    set more (`rb.problems`), what would be a default is computed. Source: registry-config.yml.erb of the cookbook
    `registry`, libraries/registry.rb. Raises UndecidedError where it is worked out at run time whether there is one.
    """
    if not runs_registry(rb):
        return None
    omnibus = Omnibus(rb)
    tree = {
        "version": by_default(0.1, "version"),
        "log": log_section(omnibus),
        "storage": storage_section(omnibus),
        "http": http_section(omnibus),
        "health": health_section(omnibus),
        "auth": mapping(token=token_section(omnibus)),
        "validation": validation_section(omnibus),
        **optional_sections(omnibus),
    }
    overlay = lay_over(Located(tree, Place(rb.source), ""), _environment(rb), generation=Generation.GITLAB)
    return RegistryConfig(overlay.tree, rb.source, overlay.overrides, overlay.ignored, overlay.refused)


def rendered_gitlab_config(rb: GitLabRb) -> GitLabConfig | None:
    """What GitLab is told of the registry; None where gitlab.rb turns it on neither here nor elsewhere.

    Of gitlab.yml it has what belongs to the registry: `gitlab` (host, port, https, the default for new projects) and
    `registry`. Source: gitlab.yml.erb, and parse_defaults in libraries/registry.rb. Raises UndecidedError as
    `rendered_registry_config`.
    """
    url = Url(rb.given("registry_external_url"))
    turned_on = runs_registry(rb) and url.given is not None
    told = rb.given("gitlab_rails", "registry_enabled")
    if not turned_on and (told is None or told.switch() is not True):
        return None
    omnibus = Omnibus(rb)
    registry = {
        "enabled": url.turned(True) if turned_on else told,
        "host": url.host() or rb.given("gitlab_rails", "registry_host"),
        "port": url.port() or rb.given("gitlab_rails", "registry_port"),
        "api_url": rb.given("gitlab_rails", "registry_api_url") or _api_url(omnibus, turned_on),
        "path": registry_path(omnibus),
        "key": omnibus.value(("gitlab_rails", "registry_key_path"), f"{RAILS}/etc/gitlab-registry.key"),
        "issuer": omnibus.value(("gitlab_rails", "registry_issuer"), "omnibus-gitlab-issuer"),
        "notification_secret": rb.given("gitlab_rails", "registry_notification_secret"),
    }
    own = Url(rb.given("external_url"))
    feature = rb.given("gitlab_rails", "gitlab_default_projects_features_container_registry")
    gitlab = {
        "host": own.host(),
        "port": own.port(always=True),
        "https": own.https(),
        "default_projects_features": mapping(container_registry=feature) if feature is not None else None,
    }
    settings = mapping(gitlab=mapping(**gitlab), registry=mapping(**registry))
    return GitLabConfig(mapping(production=settings), settings, rb.source)


def runs_registry(rb: GitLabRb) -> bool:
    """Whether Omnibus runs a registry on this node: registry['enable'], else registry_external_url decides.

    Raises UndecidedError where registry['enable'] is worked out at run time.
    """
    enable = rb.given("registry", "enable")
    if enable is not None:
        return enable.switch() is True
    return rb.given("registry_external_url") is not None


def _api_url(omnibus: Omnibus, turned_on: bool) -> Located | None:
    address = omnibus.value(("registry", "registry_http_addr"), "127.0.0.1:5000")
    return derived(address, lambda text: f"http://{text}", "with http://") if turned_on else None


def _environment(rb: GitLabRb) -> list[tuple[str, str, Place]]:
    """The variables of registry['env'] that are known, which Omnibus writes to the environment directory."""
    env = rb.given("registry", "env")
    entries = env.value if env is not None and isinstance(env.value, Mapping) else {}
    found: list[tuple[str, str, Place]] = []
    for name, value in entries.items():
        plain = value.value.reveal() if isinstance(value.value, Secret) else None
        if isinstance(value.value, str | int | float | bool):
            plain = value.text()
        if plain is not None:
            found.append((name, plain, value.place))
    return found
