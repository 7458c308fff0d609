"""S3-01, S3-19, of the GCS driver: Google gives no token for the registry's key."""

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Unknown, check
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_access import GcsAccess, reason
from regdoctor.remedies.google import at_google, gcloud

_REFUSALS = ("invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope")
"""Error codes that refuse the one who asks, and not the form of the request (RFC 6749 section 5.2)."""
_OF_CLOCK = ("short-lived token", "reasonable timeframe", "iat and exp")
"""What Google's description says to an assertion whose times are not now."""


@check(
    title="Google gives the registry a token for its key",
    severity=Severity.CRITICAL,
    failure_modes=("S3-01", "S3-19"),
    symptoms=(
        "oauth2: cannot fetch token: 400",
        "invalid_grant",
        "Invalid JWT Signature",
        "Token must be a short-lived",
    ),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://developers.google.com/identity/protocols/oauth2/service-account#error-codes",
)
def gcs_token_refused(access: GcsAccess) -> Outcome:
    """Before anything else the registry changes its key for an access token, by an assertion that is signed with it.

    Google answers `invalid_grant` where the key was deleted or is another account's (`Invalid JWT Signature`), where
    the account is gone or switched off (`account not found`), and where the clock of this host is wrong: the assertion
    says when it was made (`Token must be a short-lived token (60 minutes) and in a reasonable timeframe`). The registry
    starts all the same; then its health check fails, and every push and pull with it.

    Set this host's clock, or make a new key for the service account, put it in the old one's place, and restart the
    registry.
    """
    answer = access.token
    if access.tested is not None:
        return Pass("a token was given")
    said = reason(answer)
    if answer.failure is not None or not said.startswith(_REFUSALS):
        return Unknown(access.unusable)
    of_clock = any(words in said for words in _OF_CLOCK)
    date = ("Date",) if answer.header("Date") else ()
    return Fail(
        f"The token endpoint refuses the registry's key: {said.rstrip('.!')}",
        evidence=(access.key.named_by, answer.quote(*date)),
        resource=access.key.what,
        failure_modes=("S3-19",) if of_clock else ("S3-01",),
        remedy={Dialect.PLAIN: _SET_CLOCK} if of_clock else _new_key(access, answer),
    )


_SET_CLOCK = Remedy("Set the clock of the registry's host by NTP; a restart is not needed.", ("timedatectl status",))


def _new_key(access: GcsAccess, answer: Exchange) -> dict[Dialect, Remedy]:
    commands = (gcloud("iam", "service-accounts", "keys", "list", f"--iam-account={access.email}"),)
    return dict(
        at_google(
            "See whether the account still has this key (its private_key_id), make a new one where it has not, put it "
            "in the old one's place, and restart the registry.",
            *(commands if access.email else ()),
        )
    )
