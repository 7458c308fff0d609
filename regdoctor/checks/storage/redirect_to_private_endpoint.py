"""S3-21: clients are sent to a store that they cannot find."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from regdoctor.check import Fail, Outcome, Pass, Quote, Severity, Skip, Unknown, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.redirect_hosts import host_of, is_private_host, no_way
from regdoctor.evidence.store_answers import quotes_of, sender_of
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.formats.config_layers import holds_file
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_hosts import endpoint_address, is_inside_name, is_loopback
from regdoctor.formats.s3_parameters import s3_parameters
from regdoctor.injection import Absent
from regdoctor.remedies import change
from regdoctor.sign import sign, sign_at_end


@check(
    title="Clients are sent to a store that they can find",
    severity=Severity.WARNING,
    failure_modes=("S3-21",),
    symptoms=("dial tcp: lookup minio",),
    explains=("redirect_host_unreachable",),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def redirect_to_private_endpoint(config: RegistryConfig, gitlab: GitLabConfig | Absent) -> Outcome:
    """With S3 the registry does not hand out layers itself: it sends clients to the store, with a signed address.

    That address begins with regionendpoint. Where it is a name that only the registry's own machine, container network
    or cluster knows (`minio`, `minio.default.svc`, `localhost`), logins and pushes work, and each pull from elsewhere
    breaks off with `no such host` or `connection refused`.

    Set storage.redirect.disable: true, so that layers go through the registry, or give regionendpoint a name that
    registry and clients know alike.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        return Skip("no storage in S3 is configured here")
    endpoint = s3.value("regionendpoint")
    address = endpoint_address(s3.written("regionendpoint").strip()) if endpoint else None
    if endpoint is None or address is None or not is_inside_name(address.host):
        return Pass("the store has a name, or an address, that others may reach")
    disable = config.at("storage", "redirect", "disable")
    if disable is not None and disable.switch():
        return Pass("redirects are switched off")
    if disable is not None and disable.switch() is None and disable.value is not None:
        return Skip("redirect.disable is not true or false: see redirect_switch_malformed")
    if disable is None and not holds_file(config):
        return Skip("config.yml itself is not seen here, only the environment of the registry")
    elsewhere = s3.value("redirectendpoint") or config.at("middleware", "storage")
    if elsewhere is not None and elsewhere.decided().value is not None:
        return Pass(f"{elsewhere.name} makes the addresses that clients are sent to")
    public, host = _public(config, gitlab)
    if public is None:
        return Unknown(
            f"redirects lead to {address.host}; by which name clients reach the registry is not written here"
        )
    if is_inside_name(host) and is_loopback(host) == is_loopback(address.host):
        return Pass(f"clients reach the registry as {host}, so that they find {address.host} as well")
    return Fail(
        f"clients reach the registry as {host}, and are sent to {address.host} for layers, which is known inside only",
        remedy=change("storage.redirect.disable", True, "Let layers go through the registry.", now=disable),
        evidence=(endpoint.quote(), public.quote(), *((disable.quote(),) if disable else ())),
        resource=s3.setting("regionendpoint"),
    )


def _public(config: RegistryConfig, gitlab: GitLabConfig | Absent) -> tuple[Located | None, str]:
    """The setting that says by which name clients reach the registry, and that name; none where nothing says it."""
    if isinstance(gitlab, GitLabConfig):
        host = gitlab.registry("host")
        if host is not None and host.text():
            return host, (host.text() or "").lower()
    url = config.at("http", "host")
    try:
        name = urlsplit(url.text() or "").hostname if url else None
    except ValueError:
        name = None
    return (url, name) if name else (None, "")


@sign(redirect_to_private_endpoint, parts=(Part.STORE,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    why = no_way(call)
    sender = sender_of(call, story) if why else None
    if sender is None or not _leads_inside(sender.exchange.url, call.exchange.url):
        return None
    return _seen(sender, call.exchange.url, f"where nobody answers: {short(why)}", quotes_of(call, story))


@sign_at_end(redirect_to_private_endpoint)
def _at_its_end(story: Story) -> Iterator[Fail]:
    """A client that cannot find a name asks nobody: its request is missing rather than refused."""
    if story.counts.get(Part.STORE.value):
        return
    seen: set[str] = set()
    for sender in story.blobs_sent_on.values():
        target = sender.exchange.header("Location") or ""
        host = host_of(target)
        if host and host not in seen and _leads_inside(sender.exchange.url, target):
            seen.add(host)
            yield _seen(sender, target, "and no client was seen to follow", (sender.exchange.quote("Location"),))


def _leads_inside(registry: str, target: str) -> bool:
    return is_private_host(host_of(target)) and not is_private_host(host_of(registry))


def _seen(sender: Call, target: str, what: str, quotes: tuple[Quote, ...]) -> Fail:
    host = short(host_of(target))
    return Fail(
        f"Clients reach the registry as {short(host_of(sender.exchange.url))}, and are sent for layers to {host}, "
        f"which is known inside only, {what}",
        evidence=quotes,
        resource=host,
        remedy=change("storage.redirect.disable", True, "Let layers go through the registry."),
    )
