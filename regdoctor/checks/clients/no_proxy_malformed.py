"""CLI-02: an entry of NO_PROXY of Docker's daemon is written so that it covers no host."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.distribution.go_proxies import entries, entry_problem
from regdoctor.evidence.daemon_proxies import DaemonProxies
from regdoctor.evidence.endpoints import Endpoints
from regdoctor.evidence.registry_address import RegistryAddress, registry_address
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.injection import Absent


@check(
    title="Each exception from the proxy of Docker's daemon covers something",
    severity=Severity.WARNING,
    failure_modes=("CLI-02",),
    symptoms=("proxyconnect tcp",),
    explains=("daemon_proxy_swallows",),
    reference="https://docs.docker.com/engine/daemon/proxy/",
)
def no_proxy_malformed(
    proxies: DaemonProxies, endpoints: Endpoints | Absent, gitlab: GitLabConfig | Absent
) -> Iterator[Outcome]:
    """Docker's daemon asks every host by its proxy, but for those that NO_PROXY names.

    It takes hosts, ends of hosts, addresses and networks, separated by commas, each with a port or without. An entry
    with a scheme or a path, or two with a blank between them, covers nothing, and the daemon does not say so: what it
    names is asked by the proxy, which often cannot reach it.

    Write each entry as a host alone and separate them by commas, then restart Docker.
    """
    setting = proxies.no_proxy()
    if setting is None:
        yield Skip("Docker's daemon is told of no exception from its proxy")
        return
    registry = registry_address(endpoints, gitlab)
    found = [
        _fail(entry, problem, setting.said, registry)
        for entry in entries(setting.said.text() or "")
        if (problem := entry_problem(entry))
    ]
    yield from found or (Pass(setting.said.text() or ""),)


def _fail(entry: str, problem: str, said: Located, registry: RegistryAddress | None) -> Fail:
    meant = registry is not None and registry.host in entry
    which = f", so that {registry.host} is not excepted by it" if meant and registry is not None else ""
    return Fail(
        f"{said.name} of Docker's daemon excepts nothing with {entry!r}: it {problem}{which}",
        severity=Severity.ERROR if meant else None,
        evidence=(said.quote(), *(registry.said_by if meant and registry is not None else ())),
        resource=f"{said.place.source}: {entry}",
        remedy=_remedy(said),
    )


def _remedy(said: Located) -> Remedies:
    text = (
        f"In {said.name} ({said.place.source}) write hosts without scheme and path, separated by commas, such as "
        "`localhost,127.0.0.1,.example.com`; then restart Docker:"
    )
    return {Dialect.PLAIN: Remedy(text, ("sudo systemctl daemon-reload", "sudo systemctl restart docker"))}
