"""AUTH-17, GL-21: the token service gives a token that does not open the repository."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Severity, Unknown, check
from regdoctor.distribution.api_calls import ApiKind
from regdoctor.distribution.scopes import Access, missing, parse_scopes
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.call_answers import answered_by_registry_or_proxy, errors_of, origin_of
from regdoctor.evidence.call_tokens import asked_actions, given_of
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxied_answers import challenges_of, is_foreign
from regdoctor.evidence.scope_trial import ScopeTrial
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import clean, short
from regdoctor.remedies.scopes import GRANT_PULL, GRANT_PUSH
from regdoctor.sign import Seen, sign


@check(
    title="The login opens the repository",
    severity=Severity.ERROR,
    failure_modes=("AUTH-17", "GL-21"),
    symptoms=(
        "denied: requested access to the resource is denied",
        "unauthorized: authentication required",
        'error="insufficient_scope"',
        "Failed to pull image",
    ),
    reference="https://distribution.github.io/distribution/spec/auth/scope/",
)
def scope_not_granted(trial: ScopeTrial) -> Outcome:
    """A token service leaves out what a user may not do, and calls that no error: the token is good, and opens less.

    So docker login succeeds, and the pull or push is refused. GitLab leaves it out where the path is not that of a
    project (the repository is the project's path, or lies below it), where the project's registry is switched off,
    where the user's role is too low (Reporter to pull from a private project, Developer to push), where a token has
    not the scope read_registry or write_registry, and where a CI job's token comes from a project that is not on the
    list of those that are let in.

    Correct the path, or grant the user what is missing. Push is looked at only where writing is allowed.
    """
    if trial.token is None:
        return Unknown(f"no token that can be read was given: {trial.realm.quote().quote}")
    missing = trial.missing
    if not missing:
        return Pass(f"{trial.words} is granted {' and '.join(trial.wanted)} on {trial.repository}")
    listing = trial.listing
    if "pull" in missing and (listing is None or not refuses_scope(listing, trial.token)):
        # Not every token service writes into the token what it opens.
        told = listing.quote().quote if listing is not None else "nothing was asked"
        return Unknown(f"the token does not say pull, and the registry does not refuse it for that: {told}")
    granted = short(",".join(sorted(trial.granted)))
    given = f"{granted} alone" if granted else "nothing"
    quote = Quote(
        f"token for {trial.words}",
        f"asked repository:{trial.repository}:pull,push, granted {granted or 'nothing'}",
    )
    return Fail(
        f"{trial.words} is granted {given} on {trial.repository}: {' and '.join(missing)} will be refused",
        evidence=(quote, *((listing.quote("WWW-Authenticate"),) if listing is not None and "pull" in missing else ())),
        resource=trial.repository,
        remedy={Dialect.PLAIN: GRANT_PULL if "pull" in missing else GRANT_PUSH},
    )


def refuses_scope(listing: Exchange, token: Token) -> bool:
    """Whether a registry says of a good token that it opens too little.

    401 with `error="insufficient_scope"` says so, as does 403. A 401 without an error is also what one without a token
    gets: it counts where the token service does write into its tokens what they open.
    """
    if is_foreign(listing) or listing.status not in (401, 403):
        return False
    errors = {challenge.error for challenge in challenges_of(listing)}
    if listing.status == 403 or "insufficient_scope" in errors:
        return True
    return bool(token.access) and "invalid_token" not in errors


_PULLS = frozenset(
    (
        *(ApiKind.BLOB_HEAD, ApiKind.BLOB_GET, ApiKind.MANIFEST_HEAD, ApiKind.MANIFEST_GET),
        *(ApiKind.TAGS, ApiKind.REFERRERS),
    )
)
_DELETES = frozenset((ApiKind.BLOB_DELETE, ApiKind.MANIFEST_DELETE, ApiKind.TAG_DELETE))
_PUSHES = frozenset(
    (
        *(ApiKind.UPLOAD_START, ApiKind.UPLOAD_MOUNT, ApiKind.UPLOAD_WHOLE, ApiKind.UPLOAD_CHUNK),
        *(ApiKind.UPLOAD_FINISH, ApiKind.MANIFEST_PUT),
    )
)
_OF_ANOTHER_KIND = ("quota", "exceed", "immutab", "protected", "read-only", "readonly", "read only", "maintenance")
"""Words of refusals with DENIED that are no matter of who asks: Harbor's quotas, protected tags, maintenance."""


@sign(scope_not_granted, parts=(Part.REGISTRY,), statuses=(401, 403))
def _in_traffic(call: Call, story: Story) -> Seen:
    """A refusal for what the token service was asked for and did not give; a 403 by which the registry says so itself.

    A client that asks for more after such a refusal is healthy: containerd and skopeo begin with pull alone.
    """
    if call.status not in (401, 403) or not call.repository or not answered_by_registry_or_proxy(call):
        return None
    shown = call.recorded.shown
    if shown is None or is_foreign(call.exchange):
        return None
    if shown.token is None or not (given := given_of(call, story)):
        return _said_by_registry(call)
    if not refuses_scope(call.exchange, shown.token):
        return None
    lacking = [
        action
        for action in missing(Access("repository", call.repository, _wanted(call)), shown.token.access)
        if {action, "*"} & asked_actions(given, call.repository)
    ]
    if not lacking:
        return None
    who = "a client that is not logged in" if is_without_login(given.call.exchange) else "the client"
    opened = [one for one in shown.token.access if one.name == call.repository]
    granted = short(",".join(action for one in opened for action in one.actions))
    return Fail(
        f"{who[0].upper()}{who[1:]} is granted {f'{granted} alone' if granted else 'nothing'} on "
        f"{short(call.repository)}, and refused {' and '.join(lacking)}",
        evidence=(
            given.call.exchange.quote(),
            Quote(
                "token given in the recording",
                f"asked {clean(given.scope)}, granted {granted or 'nothing'} on {short(call.repository)}",
            ),
            call.exchange.quote("WWW-Authenticate"),
        ),
        resource=call.repository,
        # Who asks without a login may be answered so for a repository that is not there, and go on without it.
        severity=Severity.WARNING if is_without_login(given.call.exchange) else None,
        remedy={Dialect.PLAIN: GRANT_PULL if "pull" in lacking else GRANT_PUSH},
    )


def is_without_login(asked: Exchange) -> bool:
    """Whether a token service was asked for a token without a login: by GET, and with no Authorization."""
    return asked.method == "GET" and not any(name.lower() == "authorization" for name, _ in asked.request_headers)


def _wanted(call: Call) -> tuple[str, ...]:
    """By the challenge where it names the repository, else by what is asked."""
    for challenge in challenges_of(call.exchange):
        for one in parse_scopes(challenge.scope or ""):
            if one.name == call.repository:
                return one.actions
    if call.kind in _PULLS:
        return ("pull",)
    if call.kind in _PUSHES:
        return ("push",)
    return ("delete",) if call.kind in _DELETES else ()


def _said_by_registry(call: Call) -> Fail | None:
    """Of a token that cannot be read, or a login: DENIED with a reason, as ECR and Artifact Registry write it."""
    error = next((one for one in errors_of(call) if one.code == "DENIED"), None) if call.status == 403 else None
    told = str(error).lower() if error is not None else ""
    if error is None or not error.message or any(word in told for word in _OF_ANOTHER_KIND) or "has expired" in told:
        return None
    return Fail(
        f"The registry refuses the client {call.kind.value if call.kind else 'the call'} on {short(call.repository)}: "
        f"{clean(str(error), 200)}",
        evidence=(call.exchange.quote(), Quote(origin_of(call), clean(str(error)))),
        resource=call.repository,
        remedy={Dialect.PLAIN: GRANT_PULL if call.kind in _PULLS else GRANT_PUSH},
    )
