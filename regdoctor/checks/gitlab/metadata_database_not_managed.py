"""GL-18: the metadata database is wanted where Omnibus runs no PostgreSQL, and none is named."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, check
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.remedies import RECONFIGURE


@check(
    title="The registry's metadata database has a PostgreSQL to live in",
    severity=Severity.WARNING,
    failure_modes=("GL-18",),
    symptoms=("Registry database mode is set to 'prefer', but GitLab-managed PostgreSQL is disabled.",),
    reference="https://docs.gitlab.com/administration/packages/container_registry_metadata_database/",
)
def metadata_database_not_managed(rb: GitLabRb) -> Outcome:
    """registry['database']['enabled'] turns on the metadata database, by default in the PostgreSQL of Omnibus.

    With postgresql['enable'] false there is none. Omnibus then changes "prefer" to false, with a warning in the output
    of reconfigure only: the registry keeps its metadata in files, and nobody notices. With true the registry looks
    for a database on this node and does not start.

    Create a database for the registry on the PostgreSQL that GitLab uses, name it with host, user and password, and
    set enabled to true; or set enabled to false.
    """
    enabled = rb.given("registry", "database", "enabled")
    mode = enabled.text() if enabled is not None else None
    if enabled is None or mode not in ("true", "prefer"):
        return Skip("gitlab.rb does not turn the metadata database on")
    postgresql, host = rb.given("postgresql", "enable"), rb.given("registry", "database", "host")
    if postgresql is None or postgresql.switch() is not False:
        return Pass("PostgreSQL is not switched off in gitlab.rb")
    if host is not None and host.text():
        return Pass(f"the database is on {host.text()}")
    outcome = "the registry does not start" if mode == "true" else "Omnibus falls back to metadata in files, silently"
    remedy = Remedy(
        "To keep metadata in files, say so with these lines. For the database, first create one for the registry on "
        "your PostgreSQL, then set registry['database'] with enabled true, host, port, user, password and dbname.",
        ("registry['database']['enabled'] = false", RECONFIGURE),
    )
    return Fail(
        f"{enabled.name} is {mode}, while {postgresql.name} is false and no host is named: {outcome}",
        evidence=(enabled.quote(), postgresql.quote()),
        resource=enabled.name,
        remedy={Dialect.PLAIN: remedy},
        severity=Severity.ERROR if mode == "true" else None,
    )
