"""GL-11, GL-12, GL-13: the registry's metadata are in one place, and it is told to use the other."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, check
from regdoctor.evidence.metadata_locks import MetadataLocks
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Located
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies import change

_DATABASE, _FILES = "database-in-use", "filesystem-in-use"


@check(
    title="The registry looks for its metadata where they are",
    severity=Severity.ERROR,
    failure_modes=("GL-11", "GL-12", "GL-13"),
    symptoms=(
        "registry metadata database in use, please enable the database",
        "registry filesystem metadata in use, please import data before enabling the database",
        "database-in-use and filesystem-in-use lockfiles present",
    ),
    explains=("registry_unreachable",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_metadata_database/",
)
def metadata_database_switched_off(config: RegistryConfig, locks: MetadataLocks, product: Product) -> Outcome:
    """GitLab's registry keeps tags and manifests in its storage or in a database, and marks which by a lock file.

    With database-in-use there and database.enabled off it does not start; versions that do not enforce the lock
    (REGISTRY_FF_ENFORCE_LOCKFILES) start, and show the tags of the day on which the database was switched on. With
    filesystem-in-use and database.enabled on, what is there was never imported, and it does not start either. Both
    files together mean an import that was broken off; from GitLab 18.8 the registry mends that state by itself.

    Switch the database on again; or import first, where it is to be used from now on.
    """
    if not product.may_be(Generation.GITLAB):
        return Skip(f"{product.words()} has no metadata database")
    enabled = config.at("database", "enabled")
    told = enabled.text() if enabled is not None else None
    if locks.database_in_use and locks.filesystem_in_use:
        return _fail(locks, enabled, "GL-13", f"{locks.folder} holds both {_DATABASE} and {_FILES}", _BOTH)
    if locks.database_in_use and told in (None, "false"):
        problem = "The registry's metadata are in its database, and database.enabled is off"
        why = "Switch the database on again, with the settings that it had."
        return _fail(locks, enabled, "GL-12", problem, change("database.enabled", True, why, now=enabled))
    if locks.filesystem_in_use and told == "true":
        problem = "database.enabled is on, and the metadata of what is stored were not imported"
        return _fail(locks, enabled, "GL-11", problem, _IMPORT)
    return Pass(f"{locks.folder} and database.enabled agree")


def _fail(locks: MetadataLocks, enabled: Located | None, mode: str, problem: str, remedy: Remedies) -> Fail:
    present = ((_DATABASE, locks.database_in_use), (_FILES, locks.filesystem_in_use))
    return Fail(
        problem,
        evidence=(
            *((enabled.quote(),) if enabled is not None else ()),
            *(Quote(f"{locks.source}/{name}", "is there") for name, there in present if there),
        ),
        resource=locks.folder,
        failure_modes=(mode,),
        remedy=remedy,
    )


_IMPORT: Remedies = {
    Dialect.OMNIBUS: Remedy(
        "Switch the database off and reconfigure, import what is stored, and switch it on again.",
        (
            "registry['database']['enabled'] = false",
            "sudo gitlab-ctl reconfigure",
            "sudo gitlab-ctl registry-database import",
        ),
    ),
    Dialect.PLAIN: Remedy(
        "Switch the database off (database.enabled: false) and restart the registry; then import what is stored with "
        "`registry database import`, and switch it on again."
    ),
}
_BOTH: Remedies = {
    Dialect.PLAIN: Remedy(
        "Find out which of the two the registry last ran with: GitLab 18.8 and later set the lock files right at the "
        "registry's start. In older versions remove the file that is not true, or import anew."
    ),
}
