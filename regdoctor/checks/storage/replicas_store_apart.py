"""HA-02, FS-04: instances of one registry keep their images in different places."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import UPLOADS, answered_by_registry_or_proxy, origin_of, says
from regdoctor.evidence.replicas import Replicas
from regdoctor.evidence.story import Story, Upload
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.sign import Seen, sign

_PLACES = ("bucket", "container", "rootdirectory", "region", "regionendpoint", "accountname")
"""Parameters that say where a driver stores; credentials may differ from instance to instance."""


@check(
    title="Every instance of the registry uses the same storage",
    severity=Severity.ERROR,
    failure_modes=("HA-02", "FS-04"),
    symptoms=("blob upload unknown", "manifest unknown"),
    reference="https://distribution.github.io/distribution/about/deploying/#load-balancing-considerations",
)
def replicas_store_apart(replicas: Replicas) -> Outcome:
    """Instances behind one address must store in one place: an upload that one has begun is gone on with on another.

    Where their drivers, buckets or folders differ, PATCH and PUT are answered 404 `blob upload unknown` by the instance
    that does not have the upload, and pulls find an image or not by turns.

    Give every instance the same storage section. Object storage is the simplest; a folder must be one shared volume.
    """
    if len(replicas.configs) < 2:
        return Skip("one instance is examined; name the others' trees (--root) or files (--config) beside it")
    first, *others = replicas.configs
    one = first.storage_driver()
    for other in others:
        two = other.storage_driver()
        if one is None or two is None:
            lacking = first if one is None else other
            return Unknown(f"{lacking.source} does not name one storage driver")
        if difference := _difference(one, two):
            return _fail(first, other, *difference)
    return Pass(f"{len(replicas.configs)} configurations name the same")


def _difference(one: tuple[str, Located], two: tuple[str, Located]) -> tuple[str, Located, Located] | None:
    """What differs, with both sides; None where nothing does."""
    if one[0].removesuffix("aws") != two[0].removesuffix("aws"):
        return "driver", one[1], two[1]
    for name in _PLACES:
        here, there = one[1].at(name), two[1].at(name)
        told = [(value.text() or "").strip("/") if value is not None else "" for value in (here, there)]
        if told[0] != told[1]:
            return name, here or one[1], there or two[1]
    return None


def _fail(first: RegistryConfig, other: RegistryConfig, what: str, here: Located, there: Located) -> Fail:
    remedy = Remedy(
        "Decide which storage is right, give every instance the same storage section, and copy over what only the "
        "other one has before you restart them.",
        (f"diff {first.source} {other.source}",),
    )
    return Fail(
        f"{first.source} and {other.source} store in different places: the {what} differs",
        evidence=(here.quote(), there.quote()),
        resource=other.source,
        remedy={Dialect.PLAIN: remedy},
    )


@sign(replicas_store_apart, kinds=UPLOADS, statuses=(404,))
def _in_traffic(call: Call, story: Story) -> Seen:
    if call.status != 404 or call.kind not in UPLOADS or call.api is None or not answered_by_registry_or_proxy(call):
        return None
    upload = story.uploads.get(call.api.upload)
    if upload is None or not says(call, "BLOB_UPLOAD_UNKNOWN") or not _goes_on(upload, call):
        return None
    last = [one for one in upload.calls if one.number != call.number][-1]
    return Fail(
        f"{origin_of(call)} does not know an upload that it has answered {last.status} to "
        f"{max(0.0, call.exchange.started - last.recorded.ended):.0f} s before: its instances store in different "
        "places, or each on a disk of its own",
        evidence=(last.exchange.quote(), call.exchange.quote()),
        resource=origin_of(call),
        remedy=_ONE_PLACE,
    )


_ONE_PLACE = {
    Dialect.PLAIN: Remedy(
        "Give every instance the same storage section: an object store, or a folder that all of them mount. Until then "
        "run one instance, or let the load balancer send all requests of a client to the same one."
    )
}


def _goes_on(upload: Upload, call: Call) -> bool:
    """Whether all that went before was taken: an upload that failed, was ended or given up is rightly unknown."""
    before = [one for one in upload.calls if one.number != call.number]
    return (
        bool(before)
        and not upload.finished
        and all(
            one.status in (202, 204) and one.kind is not ApiKind.UPLOAD_CANCEL and one.exchange.failure is None
            for one in before
        )
    )
