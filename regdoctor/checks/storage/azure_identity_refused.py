"""S3-09, S3-19: Azure refuses the registry's key or token, for itself, for the clock, or for the place."""

from __future__ import annotations

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Unknown, check
from regdoctor.evidence.azure_access import KEY_CODES, NETWORK_CODES, AzureAccess, AzureCall
from regdoctor.evidence.exchange import Exchange
from regdoctor.foreign_text import short
from regdoctor.formats.azure_parameters import AzureIdentity
from regdoctor.remedies.object_store import in_the_store

_ENTRA_CODES = {
    "AADSTS7000215": "the client's secret is wrong",
    "AADSTS7000222": "the client's secret has expired",
    "AADSTS700016": "there is no such application in the tenant",
    "AADSTS90002": "there is no such tenant",
}
"""Microsoft Entra authentication and authorization error codes."""
_CLOCK = 15 * 60.0
"""Seconds that Azure lets a signed request's time differ from its own ("Authorize with Shared Key", Date header)."""


@check(
    title="Azure accepts the registry's account key, or its identity of Entra ID",
    severity=Severity.CRITICAL,
    failure_modes=("S3-09", "S3-19"),
    symptoms=(
        "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly",
        "KeyBasedAuthenticationNotPermitted",
        "This request is not authorized to perform this operation.",
        "AADSTS7000215: Invalid client secret provided",
    ),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key",
)
def azure_identity_refused(access: AzureAccess) -> Outcome:
    """Each request to Azure is signed with the account's key and carries the time.

    AuthenticationFailed comes of a key that was rotated or belongs to another account, and of a clock that is more
    than 15 minutes wrong: the message is the same. KeyBasedAuthenticationNotPermitted says that the account takes no
    keys at all any more. AuthorizationFailure says that the network rules of the account shut this host out. The
    registry answers 503 to everything, or does not start.

    With a service principal the token is refused already by Entra ID, whose code says why: AADSTS7000215 for a wrong
    secret (the secret's ID in its place, mostly), AADSTS7000222 for one that has expired, AADSTS700016 for an
    application, and AADSTS90002 for a tenant, that is not there.

    Write the present key of the account into the storage settings; let NTP set the clock; allow this host's network in
    the account's networking rules, or reach the account by a private endpoint.
    """
    if access.refused_token is not None:
        return _no_token(access, access.refused_token)
    refused = access.refused_with(*KEY_CODES, *NETWORK_CODES)
    if refused is None:
        return Unknown(access.unusable) if access.unusable else Pass("the container was listed with it")
    message, remedy = _why(refused, access)
    return Fail(
        message,
        evidence=(access.named_by, refused.quote(), *_clock_quote(refused)),
        resource=access.container.account or access.container.service,
        remedy=remedy,
        failure_modes=("S3-19",) if _clock_is_wrong(refused) else ("S3-09",),
    )


def _no_token(access: AzureAccess, answer: Exchange) -> Fail:
    why = _ENTRA_CODES.get(access.entra_code, "its registration there, and what it has to prove itself with, differ")
    return Fail(
        f"Entra ID gives the registry's identity no token: {access.entra_code}, {why}",
        evidence=(access.named_by, answer.quote()),
        resource=access.named_by.source,
        remedy=in_the_store(
            "Write tenant, client and present secret of the application into the storage settings "
            f"({access.named_by.source}), or make a new secret for it (App registrations, Certificates & secrets), and "
            "restart the registry."
        ),
        failure_modes=("S3-09",),
    )


def _why(refused: AzureCall, access: AzureAccess) -> tuple[str, Remedies]:
    account = short(access.container.account)
    if _clock_is_wrong(refused):
        what = "key" if access.identity is AzureIdentity.SHARED_KEY else "token"
        return (
            f"Azure refuses the {what} of {account}, and this host's clock is {_apart(refused) / 60:.0f} min from "
            "Azure's",
            {
                Dialect.HELM: Remedy("Let NTP set the clock of the nodes that run the registry's pods."),
                Dialect.PLAIN: Remedy(
                    "Let NTP set the clock of the registry's host.",
                    ("timedatectl status", "sudo timedatectl set-ntp true"),
                ),
            },
        )
    if refused.code == "KeyBasedAuthenticationNotPermitted":
        return (
            f"The storage account {account} takes no account keys any more",
            in_the_store(
                "Allow keys for the account, or give the registry an identity of Entra ID:",
                f"az storage account update --name {account} --allow-shared-key-access true",
            ),
        )
    # Azurite, Microsoft's emulator, has no network rules and says AuthorizationFailure of a wrong key.
    if refused.code in NETWORK_CODES and not (refused.exchange.header("Server") or "").startswith("Azurite"):
        return (
            f"The network rules of the storage account {account} shut this host out",
            in_the_store(
                "Add this host's network to the account's rules (Networking in the portal), or use a private endpoint.",
                f"az storage account network-rule list --account-name {account}",
            ),
        )
    if access.identity is not AzureIdentity.SHARED_KEY:
        return (
            f"Azure does not accept the token of the registry's identity at {account}",
            in_the_store(
                "Let the storage account and the identity belong to one tenant of Entra ID, and restart the registry.",
                f"az storage account show --name {account} --query id",
            ),
        )
    return (
        f"Azure does not accept the account key of {account}",
        in_the_store(
            f"Write one of the account's present keys into the storage settings ({access.named_by.source}) and restart "
            "the registry:",
            f"az storage account keys list --account-name {account}",
        ),
    )


def _apart(refused: AzureCall) -> float:
    """Seconds between this host's clock and the store's; 0 where it tells no time."""
    date = refused.exchange.date()
    return abs(refused.exchange.started - date) if date is not None else 0.0


def _clock_is_wrong(refused: AzureCall) -> bool:
    return refused.code == "AuthenticationFailed" and _apart(refused) > _CLOCK


def _clock_quote(refused: AzureCall) -> tuple[Quote, ...]:
    if not _clock_is_wrong(refused):
        return ()
    date = refused.exchange.header("Date") or ""
    return (Quote("this host's clock", f"at the request: {refused.exchange.started:.0f} (epoch); Azure: {date}"),)
