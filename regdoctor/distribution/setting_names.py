"""Where each installation keeps a setting of the registry's config.yml: gitlab.rb and the chart's values."""

from __future__ import annotations

_OMNIBUS = {
    "http.addr": "registry['registry_http_addr']",
    "http.secret": "registry['http_secret']",
    "http.draintimeout": "registry['http_draintimeout']",
    "http.debug.addr": "registry['debug_addr']",
    "log.level": "registry['log_level']",
    "log.formatter": "registry['log_formatter']",
    "auth.token.realm": "registry['token_realm']",
    "auth.token.issuer": "gitlab_rails['registry_issuer']",
    "auth.token.rootcertbundle": "registry['rootcertbundle']",
    "auth.token.autoredirect": "registry['autoredirect']",
    "storage": "registry['storage']",
    "storage.delete.enabled": "registry['storage_delete_enabled']",
    "health.storagedriver.enabled": "registry['health_storagedriver_enabled']",
    "validation.enabled": "registry['validation_enabled']",
    "compatibility.schema1.enabled": "registry['compatibility_schema1_enabled']",
    "middleware": "registry['middleware']",
    "notifications.endpoints": "registry['notifications']",
    "redis": "registry['redis']",
    "database": "registry['database']",
    "gc": "registry['gc']",
    "reporting": "registry['reporting']",
}
"""omnibus-gitlab, cookbook `registry`: attributes/default.rb and templates/default/registry-config.yml.erb."""

_HELM = {
    "http.relativeurls": "registry.relativeurls",
    "http.draintimeout": "registry.draintimeout",
    "http.debug.tls": "registry.debug.tls",
    "log": "registry.log",
    "auth.token.realm": "registry.authEndpoint",
    "auth.token.service": "registry.tokenService",
    "auth.token.issuer": "global.registry.tokenIssuer",
    "auth.token.autoredirect": "registry.authAutoRedirect",
    "storage.redirect.disable": "registry.storage.redirect.disable",
    "storage.maintenance": "registry.maintenance",
    "health.storagedriver": "registry.health.storagedriver",
    "validation": "registry.validation",
    "middleware.storage": "registry.middleware.storage",
    "notifications": "global.registry.notifications",
    "database.enabled": "registry.database.enabled",
    "gc": "registry.gc",
}
"""GitLab chart: charts/registry/values.yaml and charts/registry/templates/configmap.yaml."""


def in_gitlab_rb(setting: str) -> str | None:
    """The setting as gitlab.rb writes it: `registry['storage']['s3']['bucket']`; None where Omnibus has no key for it.

    Parts of a path that are numbers stand for items of a list.
    """
    found = _longest(setting, _OMNIBUS)
    if found is None:
        return None
    key, rest = found
    return key + "".join(f"[{part}]" if part.isdigit() else f"['{part}']" for part in rest)


def in_helm_values(setting: str) -> str | None:
    """The setting as the GitLab chart's values have it: `registry.relativeurls`; None where the chart has no value.

    Parameters of a storage driver are in the secret that registry.storage.secret names, so they have none.
    """
    found = _longest(setting, _HELM)
    if found is None:
        return None
    key, rest = found
    return key + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in rest)


def _longest(setting: str, known: dict[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """The known name of the longest beginning of a path, and the parts that are left."""
    parts = setting.split(".")
    for count in range(len(parts), 0, -1):
        name = known.get(".".join(parts[:count]))
        if name is not None:
            return name, tuple(parts[count:])
    return None
