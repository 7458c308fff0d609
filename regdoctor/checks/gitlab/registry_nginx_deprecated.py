"""GL-08: gitlab.rb still sets registry_nginx, beside registry['nginx'] or alone."""

from collections.abc import Iterator, Mapping

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, check
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Computed, Located
from regdoctor.remedies import RECONFIGURE

_WARNS_FROM = (4, 41)
"""The registry that ships with the Omnibus whose libraries/nginx.rb was read to log the deprecation."""


@check(
    title="gitlab.rb configures the registry's nginx by its present name",
    severity=Severity.INFO,
    failure_modes=("GL-08",),
    symptoms=("registry_nginx has been deprecated. Please use registry['nginx'] instead.",),
    reference="https://docs.gitlab.com/omnibus/settings/nginx/",
)
def registry_nginx_deprecated(rb: GitLabRb, product: Product) -> Iterator[Outcome]:
    """registry['nginx'] took the place of registry_nginx, which Omnibus still reads, with a warning.

    Of a setting that is written under both names with different values, the one of registry['nginx'] counts, even
    where registry_nginx stands on a later line.

    Rename registry_nginx['…'] to registry['nginx']['…'], keep one line of each setting, and reconfigure.
    """
    legacy = rb.given("registry_nginx")
    given = legacy.entries() if legacy is not None else {}
    if not given:
        yield Skip("gitlab.rb does not use registry_nginx")
        return
    section = rb.given("registry", "nginx")
    present = section.entries() if section is not None else {}
    contradicting = [
        (old, present[key])
        for key, old in given.items()
        if key in present and old.value is not None and _differ(old, present[key])
    ]
    for old, new in contradicting:
        yield Fail(
            f"{old.name} is set to {_shown(old)} and {new.name} to {_shown(new)}: the latter counts",
            evidence=(old.quote(), new.quote()),
            resource=old.name,
            remedy=_rename(old.name),
            severity=Severity.WARNING,
        )
    if not contradicting and product.must_be(Generation.GITLAB) and product.at_least(*_WARNS_FROM):
        first = next(iter(given.values()))
        yield Fail(
            "registry_nginx is deprecated in this version: registry['nginx'] took its place",
            evidence=(first.quote(), *product.evidence[:1]),
            resource="registry_nginx",
            remedy=_rename("registry_nginx"),
        )
    elif not contradicting:
        yield Pass("registry_nginx is read, and nothing contradicts it")


def _differ(one: Located, other: Located) -> bool:
    """Whether both are known scalars that are not the same; a nil under the present name lets the legacy one count."""
    plain = not isinstance(one.value, Computed | Mapping | tuple) and not isinstance(
        other.value, Computed | Mapping | tuple
    )
    return plain and other.value is not None and one.text() != other.text()


def _shown(value: Located) -> str:
    return value.text() or "nothing"


def _rename(name: str) -> Remedies:
    commands = (
        "sudo cp -p /etc/gitlab/gitlab.rb /etc/gitlab/gitlab.rb.before",
        "sudo sed -i \"s/^\\([[:space:]]*\\)registry_nginx\\[/\\1registry['nginx'][/\" /etc/gitlab/gitlab.rb",
        RECONFIGURE,
    )
    return {
        Dialect.PLAIN: Remedy(
            f"Decide which value is right where there are two, remove the other line, and rename {name} to its form "
            "under registry['nginx'] in /etc/gitlab/gitlab.rb:",
            commands,
        )
    }
