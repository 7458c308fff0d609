"""NOT-04: the registry shows GitLab another secret than GitLab expects with notifications."""

from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.auth import gitlab_setting
from regdoctor.checks.notifications import endpoints_in_use
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.redaction import Secret

_PATH = "/api/v4/container_registry_event/events"
"""lib/api/container_registry_event.rb of GitLab: the Authorization header must be the secret, and nothing besides."""


@check(
    title="The registry shows GitLab the secret that GitLab expects with notifications",
    severity=Severity.ERROR,
    failure_modes=("NOT-04",),
    symptoms=("retryingsink: error writing events",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/#configure-container-registry-notifications",
)
def notification_secret_differs(config: RegistryConfig, gitlab: GitLabConfig) -> Iterator[Outcome]:
    """GitLab takes the registry's notifications at /api/v4/container_registry_event/events, for Geo and for statistics.

    It compares the Authorization header, letter by letter, with registry.notification_secret of gitlab.yml, and answers
    401 where they differ or where it has none: then nothing is replicated, and the registry tries each notification
    again and again while they pile up in its memory. Omnibus copies the secret by itself for an endpoint that is named
    geo_event, and for no other.

    Give both the same secret: gitlab_rails['registry_notification_secret'], on each node, and the header Authorization
    of the endpoint. Then reconfigure.
    """
    ours = [endpoint for endpoint in endpoints_in_use(config) if _leads_to(endpoint, gitlab)]
    if not ours:
        yield Skip(f"{config.source} sends no notifications to the GitLab of {gitlab.source}")
    for endpoint in ours:
        yield _judge(endpoint, gitlab)


def _leads_to(endpoint: Located, gitlab: GitLabConfig) -> bool:
    """Whether an endpoint is this GitLab's own; another's (Geo) has a secret of its own."""
    url, host = endpoint.at("url"), gitlab_setting(gitlab, "gitlab", "host")
    address = read_web_address(url.text() or "") if url is not None else None
    if address is None or not address.path.endswith(_PATH):
        return False
    return address.is_loopback or (host is not None and (host.text() or "").lower() == address.host)


def _judge(endpoint: Located, gitlab: GitLabConfig) -> Outcome:
    sent, expected = _header(endpoint), gitlab_setting(gitlab, "registry", "notification_secret")
    url = endpoint.at("url")
    where = (url.text() or "") if url is not None else ""
    quotes = [item.quote() for item in (url, *sent) if item is not None]
    if expected is None or not _plain(expected):
        missing = gitlab.registry("notification_secret") or gitlab.registry()
        told = missing.quote() if missing is not None else Quote(gitlab.source, "no registry.notification_secret")
        return _fail(
            f"GitLab has no registry.notification_secret, so it refuses what is sent to {where}", where, quotes, told
        )
    if not sent:
        problem = f"The registry sends notifications to {where} without the secret that GitLab expects"
        return _fail(problem, where, quotes, expected.quote())
    if [_plain(value) for value in sent] != [_plain(expected)]:
        problem = f"The secret that the registry sends to {where} is another than GitLab expects"
        return _fail(problem, where, quotes, expected.quote())
    return Pass(f"the registry sends the secret that GitLab expects to {where}")


def _header(endpoint: Located) -> tuple[Located, ...]:
    """The values of Authorization; the header's name counts in any case (RFC 9110 section 5.1)."""
    headers = endpoint.at("headers")
    for name, values in (headers.entries() if headers is not None else {}).items():
        if name.lower() == "authorization":
            return values.items() or ((values,) if values.value is not None else ())
    return ()


def _plain(setting: Located) -> str:
    """The secret itself: to compare, never to show."""
    value = setting.decided().value
    return value.reveal() if isinstance(value, Secret) else setting.text() or ""


def _fail(problem: str, where: str, sent: list[Quote], expected: Quote) -> Fail:
    return Fail(problem, evidence=(*sent, expected), resource=where, remedy=_REMEDY)


_REMEDY: Remedies = {
    Dialect.OMNIBUS: Remedy(
        "Write the same secret into gitlab_rails['registry_notification_secret'] of /etc/gitlab/gitlab.rb, on each "
        "node, and into the header Authorization of the endpoint in registry['notifications'] (one that is named "
        "geo_event gets it by itself), then reconfigure.",
        ("sudoedit /etc/gitlab/gitlab.rb", "sudo gitlab-ctl reconfigure"),
    ),
    Dialect.PLAIN: Remedy(
        "Write the same secret into registry.notification_secret of gitlab.yml and into the header Authorization of "
        "the endpoint in the registry's config.yml, then restart both."
    ),
}
