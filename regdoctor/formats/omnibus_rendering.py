"""What `gitlab-ctl reconfigure` would write from gitlab.rb: the registry's config.yml and GitLab's gitlab.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from regdoctor.distribution.generation import Generation
from regdoctor.formats.environment_overrides import lay_over
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located, Place
from regdoctor.formats.omnibus_values import Omnibus, Url, by_default, derived
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret

_RAILS = "/var/opt/gitlab/gitlab-rails"
_SECRET = "omnibus-makes-this-secret-and-keeps-it-in-gitlab-secrets-json-0000"  # noqa: S105 - stands for one
_NOTIFICATION_DEFAULTS: Mapping[str, str | int] = {"timeout": "500ms", "maxretries": 5, "backoff": "1s"}
_AS_IT_IS = ("middleware", "database", "gc", "redis", "reporting")


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
        "log": _section(
            log_level=omnibus.value(("registry", "log_level"), "info"),
            log_formatter=omnibus.value(("registry", "log_formatter"), "text"),
        ),
        "storage": _storage(omnibus),
        "http": _http(omnibus),
        "health": _health(omnibus),
        "auth": _mapping(token=_token(omnibus)),
        "validation": _mapping(
            disabled=derived(omnibus.value(("registry", "validation_enabled"), False), _negated, "the opposite")
        ),
        **_optional(omnibus),
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
        "path": _registry_path(omnibus),
        "key": omnibus.value(("gitlab_rails", "registry_key_path"), f"{_RAILS}/etc/gitlab-registry.key"),
        "issuer": omnibus.value(("gitlab_rails", "registry_issuer"), "omnibus-gitlab-issuer"),
        "notification_secret": rb.given("gitlab_rails", "registry_notification_secret"),
    }
    own = Url(rb.given("external_url"))
    feature = rb.given("gitlab_rails", "gitlab_default_projects_features_container_registry")
    gitlab = {
        "host": own.host(),
        "port": own.port(always=True),
        "https": own.https(),
        "default_projects_features": _mapping(container_registry=feature) if feature is not None else None,
    }
    settings = _mapping(gitlab=_mapping(**gitlab), registry=_mapping(**registry))
    return GitLabConfig(_mapping(production=settings), settings, rb.source)


def runs_registry(rb: GitLabRb) -> bool:
    """Whether Omnibus runs a registry on this node: registry['enable'], else registry_external_url decides.

    Raises UndecidedError where registry['enable'] is worked out at run time.
    """
    enable = rb.given("registry", "enable")
    if enable is not None:
        return enable.switch() is True
    return rb.given("registry_external_url") is not None


def _mapping(**entries: Located | None) -> Located:
    found = {key: value for key, value in entries.items() if value is not None}
    return Located(found, Place("Omnibus default", layer="default"), "")


def _section(**entries: Located) -> Located:
    """The block `log`, with the fields that Omnibus always writes."""
    fields = _mapping(service=by_default("registry", "log"), environment=by_default("production", "log"))
    return _mapping(level=entries["log_level"], formatter=entries["log_formatter"], fields=fields)


def _negated(value: str) -> bool:
    return value not in ("true",)


def _storage(omnibus: Omnibus) -> Located:
    """registry['storage'], to which a cache and the switch for deleting are added where they are not set."""
    given = omnibus.rb.given("registry", "storage")
    if given is not None and not isinstance(given.value, Mapping):
        return given
    filesystem = _mapping(filesystem=_mapping(rootdirectory=_registry_path(omnibus)))
    found = given or omnibus.unless_set_elsewhere(filesystem, "registry['storage']")
    if not isinstance(found.value, Mapping):
        return found
    entries = {key: value for key, value in found.value.items() if value.value is not None}
    cache = _mapping(blobdescriptor=by_default("inmemory", "registry['storage']['cache']"))
    deletes = omnibus.value(("registry", "storage_delete_enabled"), True)
    return replace(found, value={"cache": cache, "delete": _mapping(enabled=deletes), **entries})


def _registry_path(omnibus: Omnibus) -> Located:
    given = omnibus.rb.given("gitlab_rails", "registry_path")
    if given is not None:
        return given
    shared = omnibus.value(("gitlab_rails", "shared_path"), f"{_RAILS}/shared")
    return derived(shared, lambda path: f"{path}/registry", "with /registry")


def _http(omnibus: Omnibus) -> Located:
    secret = Located(
        Secret(_SECRET, "http_secret"), Place("Omnibus default", layer="default"), "registry['http_secret']"
    )
    debug = omnibus.rb.given("registry", "debug_addr")
    prometheus = _mapping(enabled=by_default(True, "registry['debug_addr']"), path=by_default("/metrics", "path"))
    return _mapping(
        addr=omnibus.value(("registry", "registry_http_addr"), "127.0.0.1:5000"),
        secret=omnibus.rb.given("registry", "http_secret") or secret,
        headers=by_default({"X-Content-Type-Options": by_default((by_default("nosniff", ""),), "")}, "headers"),
        debug=_mapping(addr=debug, prometheus=prometheus) if debug is not None and debug.value is not False else None,
        draintimeout=omnibus.rb.given("registry", "http_draintimeout"),
    )


def _health(omnibus: Omnibus) -> Located:
    name = "registry['health_storagedriver_enabled']"
    driver = _mapping(
        enabled=omnibus.value(("registry", "health_storagedriver_enabled"), True),
        interval=by_default("10s", name),
        threshold=by_default(3, name),
    )
    return _mapping(storagedriver=driver)


def _token(omnibus: Omnibus) -> Located:
    folder = omnibus.value(("registry", "dir"), "/var/opt/gitlab/registry")
    realm = omnibus.rb.given("registry", "token_realm") or omnibus.rb.given("external_url")
    return _mapping(
        realm=derived(
            realm or omnibus.unknown("external_url is not set here"), lambda url: f"{url}/jwt/auth", "with /jwt/auth"
        ),
        service=by_default("container_registry", "service"),
        issuer=omnibus.value(("gitlab_rails", "registry_issuer"), "omnibus-gitlab-issuer"),
        rootcertbundle=omnibus.rb.given("registry", "rootcertbundle")
        or derived(folder, lambda path: f"{path}/gitlab-registry.crt", "with /gitlab-registry.crt"),
        autoredirect=omnibus.value(("registry", "autoredirect"), False),
    )


def _optional(omnibus: Omnibus) -> dict[str, Located]:
    """The sections that are written only where they are set."""
    found = {name: omnibus.rb.given("registry", name) for name in _AS_IT_IS}
    schema1 = omnibus.rb.given("registry", "compatibility_schema1_enabled")
    if schema1 is not None and schema1.value is not False:
        found["compatibility"] = _mapping(schema1=_mapping(enabled=schema1))
    endpoints = omnibus.rb.given("registry", "notifications")
    if endpoints is not None:
        found["notifications"] = _mapping(endpoints=_endpoints(omnibus, endpoints))
    return {key: value for key, value in found.items() if value is not None}


def _endpoints(omnibus: Omnibus, given: Located) -> Located:
    """registry['notifications'], each with the default_notifications_… that it lacks."""
    if not isinstance(given.value, tuple):
        return given
    defaults = {
        key: omnibus.value(("registry", f"default_notifications_{key}"), value)
        for key, value in _NOTIFICATION_DEFAULTS.items()
    }
    items = (
        replace(item, value={**defaults, **item.value}) if isinstance(item.value, Mapping) else item
        for item in given.value
    )
    return replace(given, value=tuple(items))


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
