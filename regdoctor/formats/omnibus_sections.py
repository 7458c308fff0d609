"""The blocks of the registry's config.yml as Omnibus' template makes them from gitlab.rb."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from regdoctor.formats.located import Located, Place
from regdoctor.formats.omnibus_values import Omnibus, by_default, derived
from regdoctor.redaction import Secret

RAILS = "/var/opt/gitlab/gitlab-rails"
"""Where Omnibus keeps what belongs to GitLab."""
_SECRET = "omnibus-makes-this-secret-and-keeps-it-in-gitlab-secrets-json-0000"  # noqa: S105 - stands for one
_NOTIFICATION_DEFAULTS: Mapping[str, str | int] = {"timeout": "500ms", "maxretries": 5, "backoff": "1s"}
_AS_IT_IS = ("middleware", "database", "gc", "redis", "reporting")


def mapping(**entries: Located | None) -> Located:
    """A block of what is there, with no place of its own."""
    found = {key: value for key, value in entries.items() if value is not None}
    return Located(found, Place("Omnibus default", layer="default"), "")


def log_section(omnibus: Omnibus) -> Located:
    """The block `log`, with the fields that Omnibus always writes."""
    fields = mapping(service=by_default("registry", "log"), environment=by_default("production", "log"))
    return mapping(
        level=omnibus.value(("registry", "log_level"), "info"),
        formatter=omnibus.value(("registry", "log_formatter"), "text"),
        fields=fields,
    )


def validation_section(omnibus: Omnibus) -> Located:
    """The block `validation`, which says the opposite of registry['validation_enabled']."""
    enabled = omnibus.value(("registry", "validation_enabled"), False)
    return mapping(disabled=derived(enabled, lambda value: value != "true", "the opposite"))


def storage_section(omnibus: Omnibus) -> Located:
    """registry['storage'], to which a cache and the switch for deleting are added where they are not set."""
    given = omnibus.rb.given("registry", "storage")
    if given is not None and not isinstance(given.value, Mapping):
        return given
    filesystem = mapping(filesystem=mapping(rootdirectory=registry_path(omnibus)))
    found = given or omnibus.unless_set_elsewhere(filesystem)
    if not isinstance(found.value, Mapping):
        return found
    entries = {key: value for key, value in found.value.items() if value.value is not None}
    cache = mapping(blobdescriptor=by_default("inmemory", "registry['storage']['cache']"))
    deletes = omnibus.value(("registry", "storage_delete_enabled"), True)
    return replace(found, value={"cache": cache, "delete": mapping(enabled=deletes), **entries})


def registry_path(omnibus: Omnibus) -> Located:
    """Where the registry keeps its files by default: gitlab_rails['registry_path'], else below the shared path."""
    given = omnibus.rb.given("gitlab_rails", "registry_path")
    if given is not None:
        return given
    shared = omnibus.value(("gitlab_rails", "shared_path"), f"{RAILS}/shared")
    return derived(shared, lambda path: f"{path}/registry", "with /registry")


def http_section(omnibus: Omnibus) -> Located:
    """The block `http`. The secret is one that stands for what gitlab-secrets.json holds, where none is set."""
    secret = Located(
        Secret(_SECRET, "http_secret"), Place("Omnibus default", layer="default"), "registry['http_secret']"
    )
    debug = omnibus.rb.given("registry", "debug_addr")
    prometheus = mapping(enabled=by_default(True, "registry['debug_addr']"), path=by_default("/metrics", "path"))
    return mapping(
        addr=omnibus.value(("registry", "registry_http_addr"), "127.0.0.1:5000"),
        secret=omnibus.rb.given("registry", "http_secret") or secret,
        headers=by_default({"X-Content-Type-Options": by_default((by_default("nosniff", ""),), "")}, "headers"),
        debug=mapping(addr=debug, prometheus=prometheus) if debug is not None and debug.value is not False else None,
        draintimeout=omnibus.rb.given("registry", "http_draintimeout"),
    )


def health_section(omnibus: Omnibus) -> Located:
    """The block `health`."""
    name = "registry['health_storagedriver_enabled']"
    driver = mapping(
        enabled=omnibus.value(("registry", "health_storagedriver_enabled"), True),
        interval=by_default("10s", name),
        threshold=by_default(3, name),
    )
    return mapping(storagedriver=driver)


def token_section(omnibus: Omnibus) -> Located:
    """The block `auth.token`: GitLab's own address as the realm, unless registry['token_realm'] is set."""
    folder = omnibus.value(("registry", "dir"), "/var/opt/gitlab/registry")
    realm = omnibus.rb.given("registry", "token_realm") or omnibus.rb.given("external_url")
    return mapping(
        realm=derived(
            realm or omnibus.unknown("external_url is not set here"), lambda url: f"{url}/jwt/auth", "with /jwt/auth"
        ),
        service=by_default("container_registry", "service"),
        issuer=omnibus.value(("gitlab_rails", "registry_issuer"), "omnibus-gitlab-issuer"),
        rootcertbundle=omnibus.rb.given("registry", "rootcertbundle")
        or derived(folder, lambda path: f"{path}/gitlab-registry.crt", "with /gitlab-registry.crt"),
        autoredirect=omnibus.value(("registry", "autoredirect"), False),
    )


def optional_sections(omnibus: Omnibus) -> dict[str, Located]:
    """The sections that are written only where they are set."""
    found = {name: omnibus.rb.given("registry", name) for name in _AS_IT_IS}
    schema1 = omnibus.rb.given("registry", "compatibility_schema1_enabled")
    if schema1 is not None and schema1.value is not False:
        found["compatibility"] = mapping(schema1=mapping(enabled=schema1))
    endpoints = omnibus.rb.given("registry", "notifications")
    if endpoints is not None:
        found["notifications"] = mapping(endpoints=_endpoints(omnibus, endpoints))
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
