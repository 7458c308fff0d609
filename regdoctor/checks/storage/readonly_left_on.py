"""GC-06: the registry is read-only."""

from regdoctor.check import Fail, Outcome, Pass, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.proxied_answers import is_foreign
from regdoctor.evidence.story import Story
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change
from regdoctor.sign import sign

_SETTING = "storage.maintenance.readonly.enabled"


@check(
    title="The registry can be written to",
    severity=Severity.WARNING,
    failure_modes=("GC-06",),
    symptoms=(
        "error parsing HTTP 405 response body: invalid character 'M' looking for beginning of value",
        "received unexpected HTTP status: 405 Method Not Allowed",
    ),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def readonly_left_on(config: RegistryConfig) -> Outcome:
    """In read-only mode pulls work, and each push and each deletion is refused with 405 Method Not Allowed.

    The mode is meant for the time of a garbage collection or of a move to other storage, and easily stays on when that
    breaks off. Uploads that were given up are not purged meanwhile. If such a work goes on just now, all is well:
    leave the mode on until it has ended.

    Set storage.maintenance.readonly.enabled: false and restart the registry.
    """
    readonly = config.at("storage", "maintenance", "readonly", "enabled")
    if readonly is None or not readonly.switch():
        return Pass("the registry is not read-only")
    return Fail(
        "the registry is read-only: pushes and deletions are refused with 405",
        remedy=change(_SETTING, False, "When the work that needs read-only mode is done, switch it off.", now=readonly),
        evidence=(readonly.quote(),),
        resource=_SETTING,
    )


_WRITES = frozenset(
    (
        ApiKind.UPLOAD_START,
        ApiKind.UPLOAD_MOUNT,
        ApiKind.UPLOAD_WHOLE,
        ApiKind.MANIFEST_PUT,
        ApiKind.MANIFEST_DELETE,
        ApiKind.BLOB_DELETE,
    )
)


@sign(readonly_left_on, kinds=_WRITES, statuses=(405,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    """The registry's own 405 has no envelope here, and allows reading alone (registry/handlers, the MethodHandlers)."""
    if call.status != 405 or call.kind not in _WRITES or not answered_by_registry_or_proxy(call):
        return None
    exchange = call.exchange
    allowed = {name.strip().upper() for name in (exchange.header("Allow") or "").split(",")} - {""}
    is_bare = exchange.header("Docker-Distribution-Api-Version") and exchange.text().strip() == "Method not allowed"
    if not is_bare or is_foreign(exchange) or not allowed <= {"GET", "HEAD"}:
        return None
    return Fail(
        "the registry is read-only: pushes and deletions are refused with 405",
        evidence=(exchange.quote("Allow"),),
        resource=origin_of(call),
        remedy=change(_SETTING, False, "When the work that needs read-only mode is done, switch it off."),
    )
