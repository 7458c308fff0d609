"""Asks the metadata services of a machine and of a container for the credentials of their role."""

from __future__ import annotations

import errno
import ipaddress
import json
import os
from typing import Any
from urllib.parse import quote, urlsplit

from regdoctor.check import Quote
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.s3_identity import Keys, MetadataLook
from regdoctor.foreign_text import short
from regdoctor.http import Http
from regdoctor.redaction import Secret

_IPV4, _IPV6 = "http://169.254.169.254", "http://[fd00:ec2::254]"
"""EC2: "Instance metadata" in Amazon's user guide."""
_ECS = "http://169.254.170.2"
"""The address that AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is relative to (Amazon ECS developer guide)."""
_EKS = ("169.254.170.23", "fd00:ec2::23")
"""The Pod Identity agent of Amazon EKS."""
_ROLES = "/latest/meta-data/iam/security-credentials/"
_DEADLINE = 1.0
"""Seconds for each request: the service is on the machine itself, or is not there."""
_CAP = 1 << 16
_NO_WAY = tuple(os.strerror(number) for number in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EHOSTDOWN))
"""Words of a system that has no way to an address, or finds nobody there. A timeout proves nothing: a service that is
slow, or a firewall, looks the same."""


def metadata_url(endpoint: str, mode: str) -> str:
    """The service's address, as AWS_EC2_METADATA_SERVICE_ENDPOINT and _MODE name it."""
    return endpoint.rstrip("/") or (_IPV6 if mode.lower() == "ipv6" else _IPV4)


def role_of_machine(door: Http, url: str) -> tuple[Keys | None, MetadataLook]:
    """The credentials of the machine's role, by IMDSv2 and, where that is refused, without a token (IMDSv1)."""
    token = _ask(door, "PUT", f"{url}/latest/api/token", ("X-aws-ec2-metadata-token-ttl-seconds", "60"))
    with_token: tuple[tuple[str, str], ...] = ()
    if token.status == 200 and token.body:
        with_token = (("X-aws-ec2-metadata-token", Secret(token.text().strip(), "token", received=True).reveal()),)
    # Who does not answer one question does not answer the next one, only later.
    plain = _ask(door, "GET", f"{url}{_ROLES}") if token.failure is None else token
    first = _ask(door, "GET", f"{url}{_ROLES}", *with_token) if with_token else plain
    reached = with_token != () or first.status in (200, 401, 404)
    version_1 = None if plain.status is None else plain.status in (200, 404)
    if not reached:
        said = token.failure.message if token.failure else f"it answers {token.status}"
        problem = f"no instance metadata service at {url}: {short(said)}"
        return None, MetadataLook(False, _quote(token), problem=problem, no_role=_nobody_there(token))
    role = first.text().split("\n", 1)[0].strip() if first.status == 200 else ""
    if not role:
        none = first.failure is None and (first.status == 404 or (first.status == 200 and not first.text().strip()))
        said = "no role is attached to this machine" if none else f"{url}: {_quote(first).quote}"
        return None, MetadataLook(True, _quote(first), version_1, with_token != (), problem=said, no_role=none)
    keys, problem = _keys(_ask(door, "GET", f"{url}{_ROLES}{quote(role)}", *with_token))
    named = Quote(_quote(first).source, short(role))
    return keys, MetadataLook(True, named, version_1, with_token != (), short(role), problem)


def role_of_container(door: Http, full: str, relative: str, token: Secret | None) -> tuple[Keys | None, str]:
    """The credentials of the container's role, and else why there are none.

    Raises nothing for an address to which the SDK sends no token either: by http only to loopback and to the addresses
    of ECS and EKS (localHTTPCredProvider in aws/defaults/defaults.go).
    """
    url = full or f"{_ECS}{relative}"
    if not _is_near(url):
        return None, f"{url} is no address of a container's credentials: by http they are asked for on the machine only"
    headers = (("Authorization", token.reveal()),) if token else ()
    return _keys(_ask(door, "GET", url, *headers))


def is_loopback(url: str) -> bool:
    """Whether the address is the asking machine's own: another one for each network namespace."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_near(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme != "http":
        return parts.scheme == "https" and bool(host)
    return host in (urlsplit(_ECS).hostname, *_EKS) or is_loopback(url)


def _nobody_there(exchange: Exchange) -> bool:
    """Whether nothing listens at the address; a service that does not answer in time, or answers nonsense, is there."""
    failure = exchange.failure
    if failure is None:
        return False
    no_way = failure.kind is FailureKind.UNREACHABLE and failure.message.endswith(_NO_WAY)
    return failure.kind is FailureKind.REFUSED or no_way


def _ask(door: Http, method: str, url: str, *headers: tuple[str, str]) -> Exchange:
    return door.send(method, url, headers=headers, deadline=_DEADLINE, cap=_CAP, address=_address(url))


def _address(url: str) -> str | None:
    """The address to connect to directly: what is on the machine is never asked by way of a proxy."""
    try:
        host = urlsplit(url).hostname or ""
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _keys(exchange: Exchange) -> tuple[Keys | None, str]:
    """The keys in a document of EC2 or ECS, wrapped at once."""
    if exchange.status != 200:
        said = exchange.failure.message if exchange.failure else f"it answers {exchange.status}"
        return None, f"{short(exchange.url)}: {short(said)}"
    try:
        document: Any = json.loads(exchange.body)
    except (ValueError, RecursionError):
        document = None
    found = document if isinstance(document, dict) else {}
    access, secret, token = (found.get(name) for name in ("AccessKeyId", "SecretAccessKey", "Token"))
    if not (isinstance(access, str) and access and isinstance(secret, str) and secret):
        return None, f"{short(exchange.url)}: what it answers is no credentials ({short(str(found.get('Code', '')))})"
    session = Secret(token, "sessiontoken", received=True) if isinstance(token, str) and token else None
    return Keys(Secret(access, "accesskey", received=True), Secret(secret, "secretkey", received=True), session), ""


def _quote(exchange: Exchange) -> Quote:
    said = exchange.failure.message if exchange.failure else f"{exchange.status}"
    return Quote(f"{exchange.method} {exchange.url}", short(said))
