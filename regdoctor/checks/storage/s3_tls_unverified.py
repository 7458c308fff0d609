"""S3: requests to the store go without encryption, or to whoever answers."""

from __future__ import annotations

from collections.abc import Iterator

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, check
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.s3_hosts import endpoint_address, is_amazon, is_loopback
from regdoctor.formats.s3_parameters import S3Parameters, s3_parameters
from regdoctor.remedies import change


@check(
    title="The S3 store is spoken to by TLS that is verified",
    severity=Severity.WARNING,
    failure_modes=("TLS-14",),
    reference="https://distribution.github.io/distribution/storage-drivers/s3/",
)
def s3_tls_unverified(config: RegistryConfig) -> Iterator[Outcome]:
    """Every layer goes to the store and comes from it, and clients are sent there with signed addresses.

    With secure: false, or an endpoint of Amazon that begins with http, they cross the internet in the clear: who
    listens reads images, and the signed addresses with which to fetch them. With skipverify: true the registry gives
    its signed requests to whoever answers. Both hide the real fault, mostly an authority that the host does not trust.

    Let secure be true, and put the authority of the store's certificate where the registry looks for trusted ones
    (Omnibus: /etc/gitlab/trusted-certs) instead of skipverify.
    """
    s3 = s3_parameters(config)
    if s3 is None:
        yield Skip("no storage in S3 is configured here")
        return
    found: list[Outcome] = [one for one in (_plain(s3), _unverified(s3)) if one]
    yield from found or [Pass("nothing switches TLS or its verification off")]


def _plain(s3: S3Parameters) -> Fail | None:
    """The finding where Amazon is asked in the clear; a store of one's own may be in the same room."""
    endpoint, secure = s3.value("regionendpoint"), s3.value("secure")
    if s3.encrypted_transport or not (endpoint is None or is_amazon(_host(s3))):
        return None
    written = s3.written("regionendpoint")
    if endpoint is not None and "://" in written:
        mended = f"https{written[written.index('://') :]}"
        remedy = change(s3.setting("regionendpoint"), mended, "Ask Amazon by TLS.", now=endpoint)
    else:
        remedy = change(s3.setting("secure"), True, "Ask Amazon by TLS.", now=secure)
    said = f"regionendpoint is {endpoint.text()}" if endpoint and "://" in written else "secure is false"
    return Fail(
        f"{said}: images and signed addresses go to Amazon in the clear",
        remedy=remedy,
        evidence=tuple(one.quote() for one in (endpoint, secure) if one),
        resource=s3.setting("regionendpoint" if endpoint and "://" in written else "secure"),
    )


def _unverified(s3: S3Parameters) -> Fail | None:
    """The finding where the store's certificate is not looked at, though there is one."""
    skip = s3.value("skipverify")
    if skip is None or not s3.flag("skipverify", default=False) or not s3.encrypted_transport or is_loopback(_host(s3)):
        return None
    endpoint = s3.value("regionendpoint")
    why = "Verify the store's certificate, after its authority has been added to those that the registry's host trusts."
    return Fail(
        "skipverify is true: the registry takes any certificate for the store's",
        remedy=change(s3.setting("skipverify"), False, why, now=skip),
        evidence=(skip.quote(), *((endpoint.quote(),) if endpoint else ())),
        resource=s3.setting("skipverify"),
    )


def _host(s3: S3Parameters) -> str:
    address = endpoint_address(s3.written("regionendpoint"))
    return address.host if address else ""
