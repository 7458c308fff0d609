"""AUTH-19: the login may push, and not pull from the repository that layers are mounted from."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedy, Severity, Skip, Unknown, check
from regdoctor.checks.auth.scope_not_granted import refuses_scope
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.scopes import Access, granted_actions, missing
from regdoctor.evidence.call import Call
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy
from regdoctor.evidence.call_tokens import asked_actions, given_of
from regdoctor.evidence.proxied_answers import is_foreign
from regdoctor.evidence.scope_trial import ScopeTrial
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import clean, short
from regdoctor.sign import Seen, sign


@check(
    title="The login opens the repository that layers are mounted from",
    severity=Severity.WARNING,
    failure_modes=("AUTH-19",),
    symptoms=("Blob mount failed", "failed to mount layer"),
    reference="https://distribution.github.io/distribution/spec/api/#cross-repository-blob-mount",
)
def mount_source_not_granted(trial: ScopeTrial) -> Outcome:
    """A push may take a layer over from another repository in place of sending it: a cross-repository mount.

    The registry wants push to the one repository and pull from the other in the same token (POST with `mount` and
    `from`). docker asks for both; a token service that leaves the second out calls that no error, and the registry
    then answers the POST with 401, `insufficient_scope`: seen with 2.8, which does not fall back to an upload of its
    own. docker and skopeo go on and send the layer, so that pushes are slow; manifest-tool and others that do nothing
    but mount fail with `Blob mount failed`. Looked at where --mount-from names the other repository beside
    --repository; nothing is mounted for it.

    Grant the user pull on the repository that the layers come from. In GitLab: make the user a member of its project
    (Reporter or higher), and for a CI job let the job's project in there (Settings, CI/CD, Job token permissions).
    """
    mount = trial.mount
    if mount is None:
        return Skip("no repository was named that layers are mounted from (--mount-from)")
    if mount.token is None:
        return Unknown(f"no token that can be read was given: {mount.realm.quote().quote}")
    if mount.opens_source:
        return Pass(f"{trial.words} is granted pull on {mount.source} beside {trial.repository}")
    listing = mount.listing
    if listing is None or not refuses_scope(listing, mount.token):
        # Not every token service writes into the token what it opens.
        told = listing.quote().quote if listing is not None else "nothing was asked"
        return Unknown(f"the token does not say pull on {mount.source}, and it is not refused for that: {told}")
    granted = short(",".join(sorted(mount.granted))) or "nothing"
    asked = f"asked repository:{trial.repository}:pull,push repository:{mount.source}:pull"
    return Fail(
        f"{trial.words} is granted no pull on {mount.source}: layers are not mounted from there into "
        f"{trial.repository}, but sent again or refused with 401",
        evidence=(
            Quote(f"token for {trial.words}", f"{asked}, granted {granted} on {mount.source}"),
            listing.quote("WWW-Authenticate"),
        ),
        resource=mount.source,
        remedy={Dialect.PLAIN: Remedy(_GRANT)},
    )


_GRANT = (
    "Grant the user pull on the repository that the layers come from. In GitLab that is the role Reporter or higher in "
    "its project, for a personal or deploy token read_registry, and for a CI job's token an entry for the job's "
    "project in the list of that one (Settings, CI/CD, Job token permissions)."
)


@sign(mount_source_not_granted, kinds=(ApiKind.UPLOAD_MOUNT,), statuses=(202, 401, 403))
def _in_traffic(call: Call, story: Story) -> Seen:
    """A mount that came to nothing, by a token that was asked to open its source and does not."""
    api, shown = call.api, call.recorded.shown
    if call.kind is not ApiKind.UPLOAD_MOUNT or api is None or not api.mount_from or shown is None:
        return None
    if call.status not in (202, 401, 403) or not answered_by_registry_or_proxy(call) or is_foreign(call.exchange):
        return None
    given, token = given_of(call, story), shown.token
    if given is None or token is None or "pull" not in asked_actions(given, api.mount_from):
        return None
    # Where push is missing as well, that is what the refusal is for.
    target, source = Access("repository", call.repository, ("push",)), Access("repository", api.mount_from, ("pull",))
    if missing(target, token.access) or not missing(source, token.access):
        return None
    granted = short(",".join(sorted(granted_actions(source, token.access)))) or "nothing"
    effect = "the layer is sent again" if call.status == 202 else f"the mount is refused with {call.status}"
    return Fail(
        f"The client is granted no pull on {short(api.mount_from)}, from where a layer is to be mounted into "
        f"{short(call.repository)}: {effect}",
        evidence=(
            Quote("token given in the recording", f"asked {clean(given.scope)}, granted {granted} on the source"),
            call.exchange.quote("WWW-Authenticate"),
        ),
        resource=api.mount_from,
        remedy={Dialect.PLAIN: Remedy(_GRANT)},
    )
