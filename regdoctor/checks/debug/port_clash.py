"""CFG-12: two parts are told to listen on the same port."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, check
from regdoctor.evidence.answers import InternalAnswer, PublicAnswer
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

_ANY = ("", "0.0.0.0", "[::]", "::", "*")  # noqa: S104 - compared, not bound
"""What Go listens on with IPv4 and IPv6 alike (net, favoriteAddrFamily), `0.0.0.0` included."""


@check(
    title="The registry's ports do not clash",
    severity=Severity.CRITICAL,
    failure_modes=("CFG-12",),
    symptoms=("error listening on debug interface", "bind: address already in use"),
    explains=("registry_unreachable", "debug_server_unreachable", "not_a_registry", "debug_server_exposed"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def port_clash(
    config: RegistryConfig,
    gitlab: GitLabConfig | Absent,
    installation: Installation,
    internal: InternalAnswer | Absent,
    public: PublicAnswer | Absent,
    rb: GitLabRb | Absent,
) -> Outcome:
    """The registry listens on http.addr, its debug server on http.debug.addr, and GitLab's nginx on the public port.

    The first two on one port: the registry stops at once, with `error listening on debug interface` or `address
    already in use`. In Omnibus the public port of registry_external_url on the port of http.addr: nginx and the
    registry want the same one, and whichever comes second does not start.

    Give each its own port.
    """
    main, debug = config.http_address(), config.debug_address()
    if main is None:
        return Pass("no address of the registry is configured here")
    if debug is not None and _clash(main, debug):
        return Fail(
            f"The registry and its debug server are told to listen on the same port, {_port(main)}: it cannot start",
            evidence=(main.quote(), debug.quote()),
            resource=main.text() or "",
            remedy=_move_debug(),
        )
    wanted = gitlab.registry("port") if isinstance(gitlab, GitLabConfig) else None
    if wanted is not None and wanted.text() == _port(main) and _nginx_in_front(installation, main):
        if not _both_run(internal, public) and not _moved_away(rb, main):
            return _public_clash(main, wanted, rb)
    quotes = [f"{address.name} {address.text()}" for address in (main, debug) if address]
    return Pass(", ".join(quotes))


def _nginx_in_front(installation: Installation, main: Located) -> bool:
    """Whether the public port must be somebody else's: Omnibus, with the registry on loopback."""
    host = (main.text() or "").rpartition(":")[0]
    return installation.dialect is Dialect.OMNIBUS and host.startswith(("127.", "localhost", "[::1]"))


def _both_run(internal: InternalAnswer | Absent, public: PublicAnswer | Absent) -> bool:
    """Whether the registry and what stands in front of it answer, so that nginx must listen elsewhere."""
    runs = isinstance(internal, InternalAnswer) and internal.ping.is_registry
    return runs and isinstance(public, PublicAnswer) and public.answered


def _moved_away(rb: GitLabRb | Absent, main: Located) -> bool:
    """Whether gitlab.rb has nginx listen for the registry on another port than that of the URL, or not at all."""
    if not isinstance(rb, GitLabRb):
        return False
    port, enabled = rb.nginx("listen_port"), rb.nginx("enable")
    return (port is not None and port.text() != _port(main)) or (enabled is not None and enabled.switch() is False)


def _clash(one: Located, other: Located) -> bool:
    here, there = ((address.text() or "").rpartition(":")[0] for address in (one, other))
    names = {"127.0.0.1" if host.lower() == "localhost" else host.lower() for host in (here, there)}
    same = _port(one) == _port(other) and _port(one) not in ("", "0")
    return same and (len(names) == 1 or bool(names & set(_ANY)))


def _port(address: Located) -> str:
    return (address.text() or "").rpartition(":")[2]


def _move_debug() -> Remedies:
    return {
        Dialect.OMNIBUS: Remedy(
            "Give the debug server a port of its own: this line in /etc/gitlab/gitlab.rb.",
            ("registry['debug_addr'] = \"localhost:5001\"", "sudo gitlab-ctl reconfigure"),
        ),
        Dialect.HELM: Remedy(
            "Give the debug server a port of its own.",
            ("helm upgrade gitlab gitlab/gitlab --reuse-values --set registry.debug.addr.port=5001",),
        ),
        Dialect.PLAIN: Remedy(
            "Give the debug server a port of its own in the registry's config.yml, and restart the registry.",
            ("http:\n  debug:\n    addr: localhost:5001",),
        ),
    }


def _public_clash(main: Located, public: Located, rb: GitLabRb | Absent) -> Fail:
    unless = "" if isinstance(rb, GitLabRb) else " (unless listen_port of gitlab.rb moves nginx away)"
    remedy = Remedy(
        "Move the registry's inner port away from the public one: this line in /etc/gitlab/gitlab.rb.",
        ("registry['registry_http_addr'] = \"127.0.0.1:5010\"", "sudo gitlab-ctl reconfigure"),
    )
    return Fail(
        f"GitLab's nginx and the registry are told to listen on the same port, {_port(main)}{unless}",
        evidence=(main.quote(), public.quote()),
        resource=main.text() or "",
        remedy={Dialect.PLAIN: remedy},
    )
