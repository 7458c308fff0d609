"""GL-17: the registry serves clients, and fails at the calls that GitLab makes of it."""

from __future__ import annotations

from collections.abc import Iterable

from regdoctor.check import Dialect, Fail, Outcome, Remedies, Remedy, Severity, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.gitlab_calls import GitLabKind
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, origin_of
from regdoctor.evidence.proxied_answers import is_foreign
from regdoctor.evidence.seen_in_traffic import told_by
from regdoctor.evidence.story import Story
from regdoctor.evidence.traffic import Traffic
from regdoctor.foreign_text import short
from regdoctor.injection import Absent
from regdoctor.sign import Seen, sign

_FAILED = 500
_VERSION = "Gitlab-Container-Registry-Version"


@check(
    title="The registry answers the calls that GitLab makes of it",
    severity=Severity.ERROR,
    failure_modes=("GL-17",),
    symptoms=("runtime error: invalid memory address or nil pointer dereference", "HandleGetRepository"),
    reference="https://docs.gitlab.com/update/versions/gitlab_19_changes/",
)
def gitlab_api_fails(traffic: Traffic | Absent) -> Iterable[Outcome]:
    """GitLab's registry has an API of its own, /gitlab/v1/, for the pages of tags, sizes, cleanup and renaming.

    Where that answers 500 while /v2/ works, docker pushes and pulls, and GitLab's pages say that something went wrong.
    In GitLab 19.0.0 and 19.0.1 the registry breaks so at each question for a repository's details where its metadata
    database is set to `prefer` and not in use: its log has `nil pointer dereference` at HandleGetRepository. 19.0.2
    has it mended.

    See the registry's log at that time. Where it says this, update GitLab to 19.0.2 or later; until then set
    database.enabled to false where the database is not in use.
    """
    return told_by(traffic, "gitlab_api_fails")


@sign(gitlab_api_fails, kinds=(ApiKind.GITLAB,), statuses=(_FAILED,))
def _in_traffic(call: Call, story: Story) -> Seen:
    """Of a registry that was seen to serve /v2/: else it fails as a whole, which other checks name."""
    first = story.registries.get(origin_of(call))
    if call.status != _FAILED or call.api is None or call.api.gitlab is None or first is None:
        return None
    serves = first.kind is not ApiKind.GITLAB and first.status is not None and first.status < _FAILED
    if not serves or not answered_by_registry_or_proxy(call) or is_foreign(call.exchange):
        return None
    version = call.exchange.header(_VERSION) or first.exchange.header(_VERSION) or ""
    whose = f"GitLab's registry{f' {short(version)}' if version else ''} at {origin_of(call)}"
    likely = ", as that of 19.0.0 and 19.0.1 does" if call.api.gitlab is GitLabKind.DETAILS else ""
    return Fail(
        f"{whose} answers clients, and fails with 500 at GitLab's own call ({call.api.gitlab}){likely}",
        evidence=(first.exchange.quote(_VERSION), call.exchange.quote(_VERSION)),
        resource=origin_of(call),
        remedy=_REMEDIES,
    )


_WHY = (
    "See the registry's log for `nil pointer dereference`; where it is there, update GitLab to 19.0.2 or later, or set "
    "database.enabled to false until then."
)
_REMEDIES: Remedies = {
    Dialect.OMNIBUS: Remedy(_WHY, ("sudo grep -h 'nil pointer' /var/log/gitlab/registry/current | tail -n 5",)),
    Dialect.PLAIN: Remedy(_WHY),
}
