"""S3-21: the registry sends clients to a store that cannot be reached from here."""

from __future__ import annotations

from regdoctor.check import Fail, Outcome, Pass, Severity, Unknown, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.exchange import FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.redirect_hosts import host_of, is_private_host, no_way
from regdoctor.evidence.redirect_reach import RedirectReach
from regdoctor.evidence.store_answers import quotes_of, sender_of
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.remedies import change
from regdoctor.sign import sign

_NO_WAY = (FailureKind.NAME, FailureKind.REFUSED, FailureKind.UNREACHABLE, FailureKind.TIMEOUT, FailureKind.RESET)


@check(
    title="The store that clients are sent to can be reached from here",
    severity=Severity.ERROR,
    failure_modes=("S3-21",),
    symptoms=("dial tcp: lookup minio", "no such host", "i/o timeout"),
    reference="https://distribution.github.io/distribution/about/configuration/#redirect",
)
def redirect_host_unreachable(
    reach: RedirectReach, config: RegistryConfig | Absent, installation: Installation | Absent
) -> Outcome:
    """The registry answers a client that wants a layer with a redirect to its store, or to a delivery network.

    The client must find that host by its name and reach it by itself. Where it does not, logins, pushes and manifests
    are fine and each pull breaks off at the first layer, with `no such host`, `connection refused` or `i/o timeout` and
    an address that is not the registry's. This is told for the machine where regdoctor runs, and names and firewalls
    differ from place to place. On the registry's own host it is a warning only: that host may be shut off from a
    delivery network, or know another name of the store, while all clients reach it. Run it on a client's machine too.

    Set storage.redirect.disable: true, so that layers go through the registry, or open the way from the clients to the
    store and give it a name that they know.
    """
    if not reach.target:
        return Pass("the registry hands blobs out itself")
    if reach.there is None:
        return Unknown(reach.not_asked)
    failure = reach.there.failure
    if failure is None:
        return Pass(f"{short(reach.target)} answers {reach.there.status}")
    if failure.kind not in _NO_WAY:
        return Unknown(f"{short(reach.target)}: {failure.message}")
    own_host = isinstance(installation, Installation) and installation.live
    here = "from here, the registry's own host," if own_host else "from here"
    disable = None if isinstance(config, Absent) else config.at("storage", "redirect", "disable")
    return Fail(
        f"The registry sends clients to {short(reach.target)} for layers, and {here} there is no way: "
        f"{failure.message}",
        severity=Severity.WARNING if own_host else None,
        evidence=(reach.blob.quote("Location"), reach.there.quote()),
        resource=short(reach.target),
        remedy=change(
            "storage.redirect.disable",
            True,
            "Open the way from the clients to the store, or let layers go through the registry.",
            now=disable,
        ),
    )


@sign(redirect_host_unreachable, parts=(Part.STORE,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    why = no_way(call)
    sender = sender_of(call, story) if why else None
    if sender is None:
        return None
    host = host_of(call.exchange.url)
    if is_private_host(host) and not is_private_host(host_of(sender.exchange.url)):
        return None
    return Fail(
        f"The registry sends clients to {short(host)} for layers, and from where this was recorded there is no way: "
        f"{short(why)}",
        evidence=quotes_of(call, story),
        resource=short(host),
        remedy=change(
            "storage.redirect.disable",
            True,
            "Open the way from the clients to the store, or let layers go through the registry.",
        ),
    )
