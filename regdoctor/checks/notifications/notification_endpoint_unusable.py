"""NOT-01: notifications that can never arrive, for their endpoint has no address."""

from collections import Counter
from collections.abc import Iterator

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.checks.notifications import endpoints_in_use
from regdoctor.distribution.web_addresses import read_web_address
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig


@check(
    title="Every endpoint of the registry's notifications has an address and a name",
    severity=Severity.ERROR,
    failure_modes=("NOT-01", "NOT-02"),
    symptoms=("retryingsink: error writing events", "unsupported protocol scheme"),
    reference="https://distribution.github.io/distribution/about/notifications/",
)
def notification_endpoint_unusable(config: RegistryConfig) -> Iterator[Outcome]:
    """The registry posts events to each endpoint's url, and takes any text for one at its start.

    A url that is missing, or that has no http:// or https:// before it, shows at the first push: `unsupported protocol
    scheme`, and then again and again, for the registry never gives an event up. The events wait in its memory until it
    is restarted, and then they are lost. Two endpoints of one name both work, but share their counters in the metrics.

    Give each endpoint a whole url and a name of its own, or remove it.
    """
    endpoints = endpoints_in_use(config)
    if not endpoints:
        yield Skip(f"{config.source} sends no notifications")
        return
    problems = (*_without_address(endpoints), *_of_one_name(endpoints))
    yield from problems or (Pass(f"{len(endpoints)} with an address and a name"),)


def _without_address(endpoints: tuple[Located, ...]) -> Iterator[Fail]:
    for endpoint in endpoints:
        url = endpoint.at("url")
        text = url.text() if url is not None else None
        if text and read_web_address(text) is not None:
            continue
        name = _name(endpoint)
        called = f'"{name}"' if name else "without a name"
        problem = f'has the url "{text}", which lacks http:// or https://, or its host' if text else "has no url"
        yield Fail(
            f"The endpoint {called} {problem}: no notification can be sent to it",
            evidence=((url or endpoint).quote(),),
            resource=endpoint.name or "notifications.endpoints",
            remedy=_REMEDY,
        )


def _of_one_name(endpoints: tuple[Located, ...]) -> Iterator[Fail]:
    """Names that several bear; the metrics count by name (notifications/metrics.go)."""
    for name, count in Counter(_name(endpoint) for endpoint in endpoints).items():
        if not name or count < 2:
            continue
        same = [endpoint.at("name") for endpoint in endpoints if _name(endpoint) == name]
        yield Fail(
            f'{count} endpoints are called "{name}": logs and metrics do not tell them apart',
            evidence=tuple(item.quote() for item in same if item is not None),
            resource=name,
            severity=Severity.INFO,
            failure_modes=("NOT-02",),
            remedy=_REMEDY,
        )


def _name(endpoint: Located) -> str:
    name = endpoint.at("name")
    return (name.text() or "") if name is not None else ""


_REMEDY: Remedies = {
    Dialect.OMNIBUS: Remedy(
        "Give each endpoint of registry['notifications'] in /etc/gitlab/gitlab.rb a whole 'url' and a 'name' of its "
        "own, then reconfigure.",
        ("sudoedit /etc/gitlab/gitlab.rb", "sudo gitlab-ctl reconfigure"),
    ),
    Dialect.HELM: Remedy(
        "Give each endpoint of registry.notifications in the values a whole url and a name of its own, and upgrade the "
        "release."
    ),
    Dialect.PLAIN: Remedy(
        "Give each endpoint of notifications.endpoints in the registry's config.yml a whole url and a name of its own, "
        "and restart the registry."
    ),
}
