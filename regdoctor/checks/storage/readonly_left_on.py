"""GC-06: the registry is read-only."""

from regdoctor.check import Fail, Outcome, Pass, Severity, check
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change

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
