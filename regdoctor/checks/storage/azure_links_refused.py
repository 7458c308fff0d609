"""S3-06, S3-19: Azure takes the registry's own requests, and refuses the links that it signs."""

from __future__ import annotations

from regdoctor.check import Dialect, Fail, Outcome, Pass, Quote, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.registry_uses import Area
from regdoctor.distribution.store_links import StoreKind
from regdoctor.evidence.azure_access import KEY_CODES, NETWORK_CODES, AzureAccess, AzureCall
from regdoctor.evidence.call import Call, Part
from regdoctor.evidence.store_answers import bucket_of, code_of, lapsed_for, message_of, quotes_of, refusing_link
from regdoctor.evidence.story import Story
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.remedies.object_store import in_the_store
from regdoctor.sign import sign

_BEGIN = 10.0
"""Seconds before now, by the registry's clock, at which the links of newer drivers begin."""
_HOLD = 20 * 60.0
"""Seconds for which every link holds."""
_GRAIN = 1.0
"""Seconds that the Date of an answer may be behind the store's clock: it has whole ones."""
_TIME_FRAME = "not valid in the specified time frame"
"""AuthenticationErrorDetail of Azure's answer to a link that has not begun or has ended."""
_NOT_SIGNED = "including the signature"
"""The end of what is said to a signature that is refused; Azurite gives it the code of the network rules."""


@check(
    title="Azure takes the links that the registry signs",
    severity=Severity.ERROR,
    failure_modes=("S3-06", "S3-19"),
    symptoms=("Signature not valid in the specified time frame", "Signature did not match"),
    reference="https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas",
)
def azure_links_refused(access: AzureAccess, config: RegistryConfig) -> Outcome:
    """The registry sends clients to Azure with a link that it signs for 20 minutes; distribution 3 moves layers by one.

    The links of distribution 3 and of GitLab's azure_v2 begin 10 seconds before they are signed, by the clock of the
    registry: one that is 11 seconds fast already makes links that Azure does not take yet, while the registry's own
    requests may be 15 minutes off. Those of distribution 2 say no beginning; for them only a clock that is 20 minutes
    slow matters. The health check is green; pulls end in 403 at the store, and so do pushes that ask for a layer which
    is there; with distribution 3 pushes fail at the end of each layer.

    Let NTP set the clock of the registry's host. Where the clock is right, look at what the account's settings allow of
    shared access signatures, and remove what refuses them.
    """
    if not (_redirects(config) or access.container.moves_by_link):
        return Skip("redirects are switched off: this driver makes no links then")
    if access.unusable:
        return Unknown(access.unusable)
    if not access.links:
        return Unknown("no link was tried")
    refused = next((call for call in reversed(access.links) if call.code in (*KEY_CODES, *NETWORK_CODES)), None)
    if refused is None:
        unclear = next((call for call in access.links if not (call.allowed or call.forbidden)), None)
        return Unknown(f"not understood: {unclear.quote().quote}") if unclear else Pass("a link was tried, and holds")
    own = [access.call(operation, Area.BLOBS) for operation in (AzureOperation.HEAD, AzureOperation.GET)]
    if any(call is None or not call.allowed for call in own):
        return Skip("the registry's own identity is not given the blob either: see azure_permission_missing")
    why, remedy = _cause(refused, access)
    return Fail(
        f"{short(access.container.container)} gives the registry a blob, and refuses the links that it signs{why}: "
        f"{_broken(config, access)}",
        evidence=(access.named_by, *(call.quote() for call in (*own, refused) if call is not None), *_clocks(refused)),
        resource=access.container.container,
        remedy=remedy,
        failure_modes=("S3-19",) if _by_clock(refused, access) else ("S3-06",),
    )


def _redirects(config: RegistryConfig) -> bool:
    disable = config.at("storage", "redirect", "disable")
    return disable is None or not disable.switch()


def _broken(config: RegistryConfig, access: AzureAccess) -> str:
    if not access.container.moves_by_link:
        return "pulls fail, and pushes of layers that are there already"
    pushes = "pushes fail at the end of each layer"
    return f"pulls fail, and {pushes}" if _redirects(config) else pushes


def _cause(refused: AzureCall, access: AzureAccess) -> tuple[str, Remedies]:
    if not _by_clock(refused, access):
        return (
            f" ({refused.code})",
            in_the_store(
                "Allow shared access signatures that the account's key, or the registry's identity, signs.",
                f"az storage account show --name {short(access.container.account)} --query sasPolicy",
            ),
        )
    ahead = _ahead(refused) or 0.0
    way = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} Azure's"
    begin = " and links begin 10 s before they are signed" if ahead > 0 else " and links hold for 20 minutes"
    return (
        f", for this host's clock is {way},{begin}",
        {
            Dialect.HELM: Remedy("Let NTP set the clock of the nodes that run the registry's pods."),
            Dialect.PLAIN: Remedy(
                "Let NTP set the clock of the registry's host.",
                ("timedatectl status", "sudo timedatectl set-ntp true"),
            ),
        },
    )


def _ahead(call: AzureCall) -> float | None:
    """Seconds by which this host's clock is ahead of the store's, less than one too many; None where it is silent."""
    date = call.exchange.date()
    return call.exchange.started - date if date is not None else None


def _by_clock(refused: AzureCall, access: AzureAccess) -> bool:
    ahead = _ahead(refused)
    if ahead is None or refused.code != "AuthenticationFailed":
        return False
    # With the store's own word for it, what rounding leaves open is decided.
    grain = -_GRAIN if _TIME_FRAME in refused.exchange.text() else _GRAIN
    return (access.container.links_begin and ahead > _BEGIN + grain) or ahead < -(_HOLD + grain)


def _clocks(refused: AzureCall) -> tuple[Quote, ...]:
    date = refused.exchange.header("Date")
    if date is None:
        return ()
    return (Quote("this host's clock", f"at the request: {refused.exchange.started:.0f} (epoch); Azure: {date}"),)


@sign(azure_links_refused, parts=(Part.STORE,), statuses=(403,))
def _in_traffic(call: Call, story: Story) -> Fail | None:
    link = refusing_link(call, StoreKind.AZURE) if call.status == 403 else None
    said = code_of(call) if link is not None else ""
    if link is None or said not in (*KEY_CODES, *NETWORK_CODES):
        return None
    words, lapsed = message_of(call), lapsed_for(call)
    in_time = _TIME_FRAME not in words and (lapsed is None or lapsed <= 0)
    if not in_time:
        why, text = "it is not in its time", "Let NTP set the clock of the registry's host."
    elif said in NETWORK_CODES and _NOT_SIGNED not in words:
        why, text = "the account's network rules refuse the client", "Let the clients' networks through the account's."
    else:
        why, text = "the signature is refused", "Allow shared access signatures, and set the account's own key."
    return Fail(
        f"Azure refuses a link that the registry signed for a client ({said}): {why}",
        evidence=quotes_of(call, story),
        resource=bucket_of(link),
        remedy=in_the_store(
            f"{text} Until then set storage.redirect.disable to true, and layers go through the registry."
        ),
        failure_modes=("S3-06",) if in_time else ("S3-19",),
    )
