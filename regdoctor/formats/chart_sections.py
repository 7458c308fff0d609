"""The sections of config.yml that GitLab's chart writes from values with other names: database, Redis, TLS and so on.

Each takes the section of the chart's values, and gives what config.yml gets of it: values keep their place and name,
what the chart does not read is left out, and what comes from a Kubernetes secret is Computed.
Sources: _database.tpl, _redis.tpl, _gc.tpl, _helpers.tpl and configmap.yaml in the chart's charts/registry/templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from regdoctor.formats.located import Computed, Located

_Names = Mapping[str, "str | _Names"]
"""What config.yml calls each value of the chart, or the names inside of a section."""

_POOL = dict.fromkeys(("maxidle", "maxopen", "maxlifetime", "maxidletime"), "=")
_DATABASE: _Names = {
    **dict.fromkeys(("enabled", "host", "port", "user", "sslmode", "connecttimeout", "draintimeout"), "="),
    **dict.fromkeys(("preparedstatements", "primary"), "="),
    "name": "dbname",
    "pool": _POOL,
}
_BACKGROUND: _Names = {"enabled": "=", "jobInterval": "jobinterval", "maxJobRetries": "maxjobretries"}
_BALANCING: _Names = {"enabled": "=", "record": "=", "replicaCheckInterval": "replicacheckinterval"}
_METRICS: _Names = {"enabled": "=", "interval": "=", "leaseDuration": "leaseduration"}
_REDIS: _Names = {
    **dict.fromkeys(("enabled", "username", "db", "dialtimeout", "readtimeout", "writetimeout"), "="),
    "tls": dict.fromkeys(("enabled", "insecure"), "="),
    "pool": dict.fromkeys(("size", "maxlifetime", "idletimeout"), "="),
}
_INSTANCES = {"cache": "cache", "rateLimiting": "ratelimiter", "loadBalancing": "loadbalancing"}
_GC: _Names = {
    **dict.fromkeys(("disabled", "maxbackoff", "noidlebackoff", "transactiontimeout", "reviewafter"), "="),
    "manifests": dict.fromkeys(("disabled", "interval"), "="),
    "blobs": dict.fromkeys(("disabled", "interval", "storagetimeout"), "="),
}
_VALIDATION: _Names = {
    "disabled": "=",
    "manifests": {
        **dict.fromkeys(("referencelimit", "payloadsizelimit"), "="),
        "urls": dict.fromkeys(("allow", "deny"), "="),
    },
}
_SSL = {"clientCertificate": "sslcert", "clientKey": "sslkey", "serverCA": "sslrootcert"}


def database(section: Located) -> Located:
    """`database`; its password and its certificates come from secrets."""
    found = dict(_picked(section, _DATABASE).entries())
    for key, names in (("backgroundMigrations", _BACKGROUND), ("loadBalancing", _BALANCING), ("metrics", _METRICS)):
        below = section.at(key)
        if below is not None:
            found[key.lower()] = _picked(below, names)
    server = section.at("loadBalancing", "nameserver")
    if server is not None:
        balancing = found["loadbalancing"]
        below_server = {"nameserver": server.at("host"), "port": server.at("port")}
        found["loadbalancing"] = replace(balancing, value={**balancing.entries(), **_there(below_server)})
    password, ssl = section.at("password"), section.at("ssl")
    if password is not None:
        found["password"] = in_secret(password)
    if ssl is not None:
        found.update({name: in_secret(ssl) for key, name in _SSL.items() if ssl.at(key) is not None})
    return replace(section, value=found)


def redis(section: Located) -> Located:
    """`redis`: the instances that are switched on, each with its address put together.

    Without a host of their own they use that of global.redis, which is all of GitLab's, and is not looked at here.
    """
    found = {}
    for key, name in _INSTANCES.items():
        instance = section.at(key)
        enabled = section.at(key, "enabled")
        if instance is not None and enabled is not None and enabled.switch():
            found[name] = _redis_instance(instance)
    return replace(section, value=found)


def gc(section: Located) -> Located:
    """`gc`."""
    return _picked(section, _GC)


def validation(section: Located) -> Located:
    """`validation`."""
    return _picked(section, _VALIDATION)


def tls(section: Located) -> Located:
    """`http.tls` or `http.debug.tls`: the pair comes from a secret.

    The chart also writes clientCAs and minimumTLS, which the registry does not match: its keys are lower case.
    """
    pair = in_secret(section)
    written = {"certificate": pair, "key": pair, "ciphersuites": section.at("cipherSuites")}
    return replace(section, value=_there(written))


def notifications(section: Located) -> Located:
    """`notifications`; a header may come from a secret."""
    endpoints = section.at("endpoints")
    written = {"events": section.at("events"), "endpoints": endpoints}
    if endpoints is not None:
        written["endpoints"] = replace(endpoints, value=tuple(_endpoint(item) for item in endpoints.items()))
    return replace(section, value=_there(written))


def in_secret(section: Located) -> Located:
    """A value out of the Kubernetes secret that a section of the values names."""
    named = section.entries().get("secret") or section.entries().get("secretName")
    name = named.text() if named is not None else None
    return replace(section, value=Computed(f"in the secret {name}" if name else "in a secret that the chart makes"))


def _redis_instance(section: Located) -> Located:
    found = dict(_picked(section, _REDIS).entries())
    servers, host, port = section.at("sentinels") or section.at("cluster"), section.at("host"), section.at("port")
    if servers is not None:
        default = "26379" if section.at("sentinels") is not None else "6379"
        found["addr"] = replace(servers, value=",".join(_host_and_port(item, default) for item in servers.items()))
        if host is not None and section.at("sentinels") is not None:
            found["mainname"] = host
    elif host is not None:
        found["addr"] = replace(host, value=f"{host.text()}:{port.text() if port is not None else '6379'}")
    for key in ("password", "sentinelpassword"):
        enabled = section.at(key, "enabled")
        below = section.at(key)
        if below is not None and enabled is not None and enabled.switch():
            found[key] = in_secret(below)
    return replace(section, value=found)


def _host_and_port(server: Located, default: str) -> str:
    host, port = server.at("host"), server.at("port")
    return f"{host.text() if host is not None else ''}:{port.text() if port is not None else default}"


def _endpoint(section: Located) -> Located:
    headers = section.at("headers")
    if headers is None:
        return section
    written = {
        name: in_secret(value) if isinstance(value.value, Mapping) else value
        for name, value in headers.entries().items()
    }
    return replace(section, value={**section.entries(), "headers": replace(headers, value=written)})


def _picked(section: Located, names: _Names) -> Located:
    """What of a section is read, under the names of config.yml; `=` for the same name."""
    found: dict[str, Located] = {}
    for key, name in names.items():
        value = section.at(key)
        if value is None:
            continue
        if isinstance(name, str):
            found[key if name == "=" else name] = value
        else:
            found[key] = _picked(value, name)
    return replace(section, value=found)


def _there(entries: Mapping[str, Located | None]) -> dict[str, Located]:
    return {key: value for key, value in entries.items() if value is not None}
