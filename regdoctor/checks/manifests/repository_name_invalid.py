"""MAN-06: a client names a repository in a way that the registry does not take."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Remedy, Severity, check
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import sign


@check(
    title="Repositories have names that the registry takes",
    severity=Severity.ERROR,
    failure_modes=("MAN-06",),
    symptoms=("NAME_INVALID", "invalid repository name"),
    reference="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests",
)
def repository_name_invalid(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """A repository's name is made of small letters and digits, with `.`, `_`, `__` and dashes between them.

    Its parts are joined by slashes, and it has 255 characters at most. The registry answers 400 NAME_INVALID to others,
    distribution 2 also 500 UNKNOWN. GitLab makes the name of the project's path: one that begins with `_` or ends with
    `-` has none that the registry takes.

    Choose another name, or rename the project or group in GitLab.
    """
    return told_by(traffic, "repository_name_invalid")


@sign(repository_name_invalid, parts=(Part.REGISTRY,), statuses=(400, 404, 500))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    if call.status not in (400, 404, 500) or call.api is None or not answered_by_registry_or_proxy(call):
        return None
    if not any(one.code == "NAME_INVALID" or _is_name_error(one.code, one.detail) for one in errors_of(call)):
        return None
    name = short(call.repository)
    return Fail(
        f"The registry does not take the name {name!r} of a repository",
        evidence=(call.exchange.quote(),),
        resource=name or "repository",
        remedy={
            Dialect.PLAIN: Remedy(
                "Choose a name of small letters and digits, with single dots, dashes or underscores between them; "
                "where GitLab made it, rename the project or the group."
            )
        },
    )


def _is_name_error(code: str, detail: object) -> bool:
    """distribution 2 writes the error's fields with 500 (registry/storage, distribution.ErrRepositoryNameInvalid)."""
    return code == "UNKNOWN" and isinstance(detail, dict) and detail.keys() == {"Name", "Reason"}
