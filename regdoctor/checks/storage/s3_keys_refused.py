"""S3-06, S3-09: the store does not accept the keys, or the signature, with which the registry asks."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedies, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.s3_operations import Area, Operation
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.s3_access import KEY_CODES, S3Access, S3Call
from regdoctor.foreign_text import short
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_hosts import endpoint_address, is_amazon
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.injection import Absent
from regdoctor.remedies import RECONFIGURE
from regdoctor.remedies.object_store import s3api

_SIGNATURE = ("SignatureDoesNotMatch",)
_TOKEN = ("ExpiredToken", "InvalidToken", "InvalidTokenId")
_ACCOUNT = ("AccountProblem", "NotSignedUp", "AllAccessDisabled", "UserSuspended")
_SIGNED_HOST = re.compile(r"^host:(\S{1,300})$", re.MULTILINE)
"""The line of a canonical request (Signature Version 4). Amazon shows beside SignatureDoesNotMatch what it made of the
request that it received."""
_AMAZON_SECRET = 40
"""Characters of a secret key of Amazon's."""


@check(
    title="The object store accepts the registry's keys",
    severity=Severity.CRITICAL,
    failure_modes=("S3-06", "S3-09"),
    symptoms=(
        "SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided",
        "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records",
        "ExpiredToken: The provided token has expired",
        "InvalidToken: The provided token is malformed or otherwise invalid",
    ),
    explains=("registry_unhealthy", "health_lies"),
    reference="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
)
def s3_keys_refused(access: S3Access, config: RegistryConfig, debug: DebugServer | Absent) -> Outcome:
    """Each request to S3 names an access key and is signed with the secret that belongs to it.

    InvalidAccessKeyId says that the store has no such key: it was deleted, or belongs to another store or account.
    SignatureDoesNotMatch says that the key is known and the signature is another than the store's own: most often the
    secret is another key's or was cut when it was copied. It also comes of a proxy before the store that changes Host,
    the path or another part that is signed. ExpiredToken and InvalidToken are about the session token of temporary
    keys, AccountProblem about the account that owns them. Whichever it is, the registry can neither read nor write: its
    health check fails, and every URL answers 503.

    Write access key and secret as one pair, as the store gave them out, and restart the registry; or let the proxy
    pass Host and path on as they come. A clock that is wrong has a check of its own, object_store_clock_skew.
    """
    parameters = s3_parameters(config)
    if parameters is None:
        return Skip("the storage is not S3")
    refused = next((call for call in access.calls if call.code in KEY_CODES), None)
    if refused is None:
        if any(call.allowed or call.forbidden for call in access.calls if call.action == Operation.LIST):
            return Pass("the store knows who asks")
        return Unknown(access.unusable or "no listing was answered by the store")
    if _registry_gets_through(debug, config):
        return Unknown(f"{refused.quote().quote}, while the registry's own health check of its storage is green")
    if refused.code in _SIGNATURE and not parameters.flag("v4auth", default=True):
        return Unknown("v4auth is off: the registry signs by version 2, and regdoctor by version 4 alone")
    return _fail(refused, access, parameters)


def _registry_gets_through(debug: DebugServer | Absent, config: RegistryConfig) -> bool:
    """Whether its health check, which lists the bucket, is on and green."""
    enabled = config.at("health", "storagedriver", "enabled")
    return isinstance(debug, DebugServer) and debug.problems == {} and enabled is not None and enabled.switch() is True


def _fail(refused: S3Call, access: S3Access, parameters: S3Parameters) -> Fail:
    taken = next((call for call in access.calls if call.allowed), None)
    who = "" if access.asked_as in ("", "static keys of the configuration") else f" ({short(access.asked_as)})"
    why, remedy = _why(refused, access, parameters)
    some = "; other requests are taken: the stores behind that address do not share their keys" if taken else ""
    return Fail(
        f"The store at {short(access.endpoint.url)} refuses the registry's keys{who} with {refused.code}: {why}{some}",
        evidence=(access.access_key_named_by, refused.quote(), *((taken.quote(),) if taken else ())),
        resource=access.access_key_named_by.source,
        severity=Severity.ERROR if taken else None,
        failure_modes=("S3-06",) if refused.code in _SIGNATURE else ("S3-09",),
        remedy=remedy,
    )


def _why(refused: S3Call, access: S3Access, parameters: S3Parameters) -> tuple[str, Remedies]:
    if refused.code in _SIGNATURE:
        return _of_signature(refused, access, parameters)
    if refused.code in _TOKEN:
        return (
            "the session token of these temporary keys has expired, or is not theirs",
            _new_keys(access, parameters, "Get new keys with their token, or use keys that do not expire."),
        )
    if refused.code in _ACCOUNT:
        mended = "Settle with whoever runs the store what is wrong with the account that owns the keys and the bucket."
        return "the account behind them is suspended or not in order", {Dialect.PLAIN: Remedy(mended)}
    if parameters.written("accesskey").startswith("ASIA") and parameters.value("sessiontoken") is None:
        return (
            "it is a temporary key (ASIA), and the session token that belongs to it is not set",
            _new_keys(access, parameters, "Set sessiontoken beside both keys, or use keys that do not expire (AKIA)."),
        )
    return (
        "it has no such access key; it was deleted, is misspelt, or belongs to another store or account",
        _new_keys(access, parameters, "Make a new pair of keys at this store, or name the store that has this one."),
    )


def _of_signature(refused: S3Call, access: S3Access, parameters: S3Parameters) -> tuple[str, Remedies]:
    """The causes in the order of how often they come; fewer where something tells them apart."""
    asked, seen = urlsplit(refused.exchange.url), _SIGNED_HOST.search(refused.exchange.text())
    host, path = asked.netloc.lower(), urlsplit(access.endpoint.url).path.strip("/")
    if seen is not None and seen[1].lower() != host:
        return f"{short(host)} was asked and signed, and {short(seen[1])} arrived there", _proxy(access)
    link = access.call(Operation.PRESIGNED_GET, Area.BLOBS)
    if link is not None and link.allowed:
        why = "a link signed with the same secret is taken, so something in between changes the headers"
        return why, _proxy(access)
    length = len(parameters.written("secretkey"))
    if is_amazon(_host(access)) and parameters.written("accesskey").startswith("AKIA") and length != _AMAZON_SECRET:
        return (
            f"the secret has {length} characters, and Amazon's have {_AMAZON_SECRET}",
            _new_keys(access, parameters, "Copy the secret whole; it cannot be shown again, so make a new pair."),
        )
    pair = _new_keys(access, parameters, "Write the secret that belongs to this access key, whole.")
    if seen is not None or is_amazon(_host(access)):
        return "it knows the access key, and the secret is another one", pair
    other = f"takes /{short(path)} off the path" if path else "writes another Host"
    return (
        f"it knows the access key; the secret is another one, or a proxy before the store {other}",
        _new_keys(
            access,
            parameters,
            "Write the secret that belongs to this access key, whole. If the pair is right, let the proxy before the "
            "store pass Host (with its port) and path on as they come: asked past the proxy, the store takes it then.",
        ),
    )


def _host(access: S3Access) -> str:
    address = endpoint_address(access.endpoint.url)
    return address.host if address is not None else ""


def _proxy(access: S3Access) -> Remedies:
    return {
        Dialect.PLAIN: Remedy(
            f"Let the proxy before {short(access.endpoint.url)} pass Host (with its port), path and headers on as they "
            "come, or let the registry ask the store past it. In nginx:",
            ("proxy_set_header Host $http_host;",),
        )
    }


def _new_keys(access: S3Access, parameters: S3Parameters, why: str) -> Remedies:
    """Where the pair is written, in the words of each installation; elsewhere, where it comes from."""
    test = s3api(access.endpoint, "head-bucket")
    tried = "With the pair in its environment this says whether the store takes it:"
    if parameters.value("accesskey") is None:
        place = f"The registry has them from {short(access.access_key_named_by.source)}; restart it then."
        return {Dialect.PLAIN: Remedy(f"{why} {place} {tried}", (test,))}
    driver = parameters.driver
    return {
        Dialect.PLAIN: Remedy(
            f"{why} The pair stands below storage.{driver} in the registry's config.yml; restart the registry then. "
            f"{tried}",
            (test,),
        ),
        Dialect.OMNIBUS: Remedy(
            f"{why} The pair stands in registry['storage']['{driver}'] in /etc/gitlab/gitlab.rb.",
            ("sudoedit /etc/gitlab/gitlab.rb", RECONFIGURE),
        ),
        Dialect.HELM: Remedy(
            f"{why} The pair stands in the secret that registry.storage.secret names; restart the pods then."
        ),
        Dialect.COMPOSE: Remedy(
            f"{why} The pair stands in the environment of the registry's service or in the mounted config.yml.",
            ("docker compose up -d",),
        ),
    }
