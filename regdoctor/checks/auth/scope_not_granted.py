"""AUTH-17, GL-21: the token service gives a token that does not open the repository."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Severity, Unknown, check
from regdoctor.distribution.tokens import Token
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.proxied_answers import challenges_of, is_foreign
from regdoctor.evidence.scope_trial import ScopeTrial
from regdoctor.foreign_text import short
from regdoctor.remedies.scopes import GRANT_PULL, GRANT_PUSH


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
