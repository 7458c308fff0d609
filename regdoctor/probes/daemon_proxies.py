"""Works out which proxies Docker's daemon goes through: by its environment, and by daemon.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regdoctor.evidence.daemon_proxies import VARIABLES, DaemonProxies, ProxyVariable, proxy_variable
from regdoctor.evidence.docker_service import DockerService, Variable
from regdoctor.formats.docker_daemon import DockerDaemons
from regdoctor.formats.located import Located
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError, probe

_CONFIG_KEYS = {"HTTP_PROXY": "http-proxy", "HTTPS_PROXY": "https-proxy", "NO_PROXY": "no-proxy"}
"""Of `proxies` in daemon.json, since Docker 23.0; they win over the environment (moby, cmd/dockerd/daemon.go)."""


@probe(reads="nothing more: the variables of Docker's daemon and `proxies` in daemon.json")
def daemon_proxies(service: DockerService | Absent, daemons: DockerDaemons | Absent) -> DaemonProxies:
    """What counts. Raises NotApplicableError where nothing names a proxy."""
    effective = _chosen(service.variables) if isinstance(service, DockerService) else {}
    effective.update(_of_daemon_json(daemons))
    if not effective:
        raise NotApplicableError("this host's Docker daemon is told of no proxy")
    return DaemonProxies(effective)


def _chosen(variables: Iterable[Variable]) -> dict[str, ProxyVariable]:
    """By upper-case name; the last of a name counts, and upper case before lower case (httpproxy.FromEnvironment)."""
    last = {name: (value, place) for name, value, place in variables}
    found: dict[str, ProxyVariable] = {}
    for variable in VARIABLES:
        name = next((one for one in (variable, variable.lower()) if one in last and last[one][0]), None)
        if name is not None:
            value, place = last[name]
            found[variable] = proxy_variable(value, Located("", place, name))
    return found


def _of_daemon_json(daemons: DockerDaemons | Absent) -> Mapping[str, ProxyVariable]:
    found: dict[str, ProxyVariable] = {}
    for daemon in daemons.files if isinstance(daemons, DockerDaemons) else ():
        for variable, key in _CONFIG_KEYS.items():
            said = daemon.tree.at("proxies", key)
            whole = daemon.proxies.get(key)
            if said is not None and said.text():
                found[variable] = proxy_variable(whole.reveal(), said) if whole else ProxyVariable(said)
    return found
