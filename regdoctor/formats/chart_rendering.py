"""What GitLab's Helm chart makes of its values: the registry's config.yml and the registry's part of gitlab.yml."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from regdoctor.formats import chart_sections
from regdoctor.formats.chart_defaults import CHART_DEFAULT, chart_defaults
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.helm_values import HelmValues, laid_over
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.registry_config import RegistryConfig

UNSEEN_STORAGE = "kubernetes"
"""The layer of the place of `storage` where the driver and its parameters are in a Kubernetes secret, unseen."""


def rendered_registry_config(values: HelmValues) -> RegistryConfig | None:
    """The config.yml that the chart writes; None where the values switch the registry off.

    Values keep their file, line and dotted name; what the chart itself adds has the place `chart default`. Storage
    driver, http.secret and the certificate come from Kubernetes secrets: there is no driver below `storage`, whose
    place has the layer UNSEEN_STORAGE, and the others are Computed.
    Source: the chart's charts/registry/templates/configmap.yaml.
    """
    given = effective(values)
    enabled = given.at("registry", "enabled")
    if enabled is not None and enabled.switch() is False:
        return None
    tree = {
        "version": _default(0.1, "version"),
        "log": given.at("registry", "log"),
        "http": _http(values, given),
        "health": given.at("registry", "health"),
        "auth": _section("auth", {"token": _token(values, given)}),
        "validation": _written(given, chart_sections.validation, "registry", "validation"),
        "storage": _storage(values, given),
        "notifications": _written(given, chart_sections.notifications, "global", "registry", "notifications"),
        "database": _written(given, chart_sections.database, "registry", "database"),
        "gc": _written(given, chart_sections.gc, "registry", "gc"),
        "redis": _written(given, chart_sections.redis, "registry", "redis"),
    }
    return RegistryConfig(_section("", tree), _source(values))


def rendered_gitlab_config(values: HelmValues) -> GitLabConfig | None:
    """The blocks `gitlab` and `registry` of the gitlab.yml that the chart writes; None where it has no webservice.

    api_url holds the names of release and namespace, so it is Computed unless the values give its host.
    Source: the chart's templates/_registry.tpl and charts/gitlab/charts/webservice/templates/configmap.yml.
    """
    given = effective(values)
    webservice = given.at("gitlab", "webservice", "enabled")
    if webservice is not None and webservice.switch() is False:
        return None
    registry = {
        "enabled": _first(given, (*_WEBSERVICE, "enabled"), ("global", "registry", "enabled")),
        "host": registry_host(values),
        "port": _first(given, (*_WEBSERVICE, "port"), ("global", "registry", "port")),
        "api_url": _api_url(given),
        "key": _made_from(values, "certificate", "registry.key"),
        "issuer": _first(given, (*_WEBSERVICE, "tokenIssuer"), ("global", "registry", "tokenIssuer")),
    }
    gitlab = {"host": _host(given, "gitlab"), "https": _is_https(given, "gitlab")}
    tree = _section("", {"gitlab": _section("gitlab", gitlab), "registry": _section("registry", registry)})
    return GitLabConfig(tree, tree, _source(values))


def effective(values: HelmValues) -> Located:
    """The values laid over the chart's own defaults: those that the checks of the chart rest on, not all."""
    return laid_over(chart_defaults(), values.tree)


def registry_host(values: HelmValues) -> Located:
    """The registry's public host name: given, or assembled from the domain."""
    given = effective(values)
    return _first(given, (*_WEBSERVICE, "host"), ("global", "registry", "host")) or _host(given, "registry")


_WEBSERVICE = ("gitlab", "webservice", "registry")
"""The webservice's own values win over those of `global` (pluck of the chart's _registry.tpl)."""


def _http(values: HelmValues, given: Located) -> Located:
    port, debug = given.at("registry", "service", "internalPort"), given.at("registry", "debug", "addr", "port")
    debug_tls = given.at("registry", "debug", "tls")
    listening = {
        "addr": _address(debug),
        "tls": chart_sections.tls(debug_tls) if debug_tls is not None and _is_on(debug_tls.at("enabled")) else None,
    }
    tls = given.at("registry", "tls")
    return _section(
        "http",
        {
            "addr": _address(port),
            "debug": _section("http.debug", listening) if debug is not None else None,
            "tls": chart_sections.tls(tls) if tls is not None and _is_on(tls.at("enabled")) else None,
            "draintimeout": given.at("registry", "draintimeout"),
            "relativeurls": given.at("registry", "relativeurls"),
            "secret": _made_from(values, "httpSecret", "http.secret"),
        },
    )


def _address(port: Located | None) -> Located | None:
    return None if port is None else replace(port, value=f":{port.text()}")


def _token(values: HelmValues, given: Located) -> Located:
    endpoint = given.at("registry", "authEndpoint")
    if endpoint is None:
        host = _host(given, "gitlab")
        scheme = "https" if _is_on(_is_https(given, "gitlab")) else "http"
        endpoint = replace(host, value=f"{scheme}://{host.text()}", name="registry.authEndpoint")
    return _section(
        "auth.token",
        {
            "realm": replace(endpoint, value=f"{endpoint.text()}/jwt/auth"),
            "service": given.at("registry", "tokenService"),
            "issuer": _first(given, ("registry", "tokenIssuer"), ("global", "registry", "tokenIssuer")),
            "rootcertbundle": _made_from(values, "certificate", "auth.token.rootcertbundle"),
            "autoredirect": given.at("registry", "authAutoRedirect"),
        },
    )


def _storage(values: HelmValues, given: Located) -> Located:
    told = values.at("registry", "storage")
    entries = {"maintenance": given.at("registry", "maintenance")}
    minio = values.at("global", "minio", "enabled")
    if told is None and minio is not None and _is_on(minio):
        return _section("storage", {**entries, **_minio(given, minio)})
    entries["redirect"] = given.at("registry", "storage", "redirect")
    place = replace(told.place if told is not None else CHART_DEFAULT, layer=UNSEEN_STORAGE)
    return replace(_section("storage", entries), place=place)


def _minio(given: Located, minio: Located) -> dict[str, Located | None]:
    """The bucket of the MinIO that charts before 10 bring along; its keys are in a secret."""
    redirect = given.at("registry", "minio", "redirect")
    bucket = _first(given, ("registry", "minio", "bucket"), ("global", "registry", "bucket"))
    driver: dict[str, Located | None] = {
        "accesskey": Located(Computed("in the secret of MinIO"), minio.place, "storage.s3.accesskey"),
        "secretkey": Located(Computed("in the secret of MinIO"), minio.place, "storage.s3.secretkey"),
        "region": _default("us-east-1", "storage.s3.region"),
        "regionendpoint": replace(_host(given, "minio"), value=f"https://{_host(given, 'minio').text()}"),
        "bucket": bucket or _default("registry", "storage.s3.bucket"),
        "secure": _default(True, "storage.s3.secure"),
        "v4auth": _default(True, "storage.s3.v4auth"),
        "rootdirectory": _default("/", "storage.s3.rootdirectory"),
    }
    off = Located(not (redirect is not None and _is_on(redirect)), CHART_DEFAULT, "registry.minio.redirect")
    return {
        "s3": replace(_section("storage.s3", driver), place=minio.place),
        "cache": _section("storage.cache", {"blobdescriptor": _default("inmemory", "storage.cache.blobdescriptor")}),
        "delete": _section("storage.delete", {"enabled": _default(True, "storage.delete.enabled")}),
        "redirect": _section("storage.redirect", {"disable": off}),
    }


def _api_url(given: Located) -> Located:
    def setting(key: str) -> Located | None:
        return _first(given, (*_WEBSERVICE, "api", key), ("global", "registry", "api", key))

    host, protocol, port = setting("host"), setting("protocol"), setting("port")
    scheme = protocol.text() if protocol is not None else "http"
    number = port.text() if port is not None else "5000"
    if host is None:
        words = f"{scheme}://, the release's name, -registry, the namespace's name, .svc:{number}"
        return Located(Computed(words), (protocol or _default(None, "")).place, "global.registry.api")
    return replace(host, value=f"{scheme}://{host.text()}:{number}")


def _host(given: Located, name: str) -> Located:
    """The public name of a part: given, or with the domain and its suffix (gitlab.assembleHost of the chart)."""
    told = given.at("global", "hosts", name, "name")
    if told is not None:
        return told
    domain, suffix = given.at("global", "hosts", "domain"), given.at("global", "hosts", "hostSuffix")
    dash = f"-{suffix.text()}" if suffix is not None and suffix.text() else ""
    domain = domain or _default("example.com", "global.hosts.domain")
    return replace(domain, value=f"{name}{dash}.{domain.text()}")


def _is_https(given: Located, name: str) -> Located:
    """Either switch is enough (gitlab.gitlab.url of the chart)."""
    told, overall = given.at("global", "hosts", name, "https"), given.at("global", "hosts", "https")
    chosen = told if told is not None and (overall is None or _is_on(told)) else overall
    return chosen if chosen is not None else _default(False, "global.hosts.https")


def _made_from(values: HelmValues, section: str, name: str) -> Located:
    """What an init container copies out of a Kubernetes secret."""
    told = _first(values.tree, ("registry", section, "secret"), ("global", "registry", section, "secret"))
    words = f"in the secret {told.text()}" if told is not None else "in a secret that the chart makes"
    return Located(Computed(words), told.place if told is not None else CHART_DEFAULT, name)


def _written(given: Located, write: Callable[[Located], Located], *path: str) -> Located | None:
    """A section as the chart writes it; None where there is none. One that is worked out at run time stays so."""
    section = given.at(*path)
    return write(section) if section is not None and isinstance(section.value, Mapping) else section


def _first(tree: Located, *paths: tuple[str, ...]) -> Located | None:
    return next((found for path in paths if (found := tree.at(*path)) is not None), None)


def _is_on(value: Located | None) -> bool:
    return value is not None and value.switch() is True


def _default(value: str | float | bool | None, name: str) -> Located:
    return Located(value, CHART_DEFAULT, name)


def _section(name: str, entries: Mapping[str, Located | None]) -> Located:
    """A mapping of what there is, at the place of its first entry that somebody wrote."""
    there = {key: value for key, value in entries.items() if value is not None}
    written = [value.place for value in there.values() if value.place.layer not in ("default", UNSEEN_STORAGE)]
    return Located(there, next(iter(written), CHART_DEFAULT), name)


def _source(values: HelmValues) -> str:
    return values.sources[-1] if values.sources else Place("Helm values").source
