"""Asks Google Cloud Storage, as the registry's own identity, what that identity may do in the registry's bucket."""

from __future__ import annotations

import dataclasses
from urllib.parse import urlencode, urlsplit

from regdoctor.distribution.gcs_operations import BUCKET_GET, ENDPOINT, PERMISSIONS
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gcs_parameters import GcsParameters, gcs_parameters
from regdoctor.formats.google_key import SERVICE_ACCOUNT
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.bucket import require_live
from regdoctor.probes.google_token import (
    email_of_machine,
    in_path,
    may_carry,
    token_by_key,
    token_in,
    token_of_machine,
)
from regdoctor.redaction import Secret

_DEADLINE = 5.0
"""Seconds for each call."""
_NEAR = 2.0
"""Seconds for the metadata server, which is on the machine's own network or nowhere."""

TRIED = (
    "a token, by the key of the service account or of the metadata server",
    "buckets.testIamPermissions of the bucket: it tells every permission, and writes nothing",
    "objects.list of the registry's keys, one",
    "objects.get of one object, its first byte",
    "buckets.get of the bucket",
)
"""Every call, in order, for people to know beforehand."""


@probe(
    reads="with the registry's Google identity: a token, the permissions on its bucket as the store tells them "
    "(testIamPermissions), a listing of one of its keys, one byte of it, and the bucket's settings",
    limit=(len(TRIED) + 1) * _DEADLINE,
    network=True,
)
def gcs_access(installation: Installation, config: RegistryConfig, key: GcsKey | Absent, door: Http) -> GcsAccess:
    """What the store answered. Raises NotApplicableError for another storage, CouldNotGatherError without a key."""
    parameters = gcs_parameters(config)
    if parameters is None:
        raise NotApplicableError("the registry does not store in Google Cloud Storage")
    require_live(installation)
    if isinstance(key, Absent):
        raise CouldNotGatherError(key.reason)
    bucket = parameters.value("bucket")
    name = parameters.text("bucket")
    if bucket is None or not name:
        raise CouldNotGatherError("storage.gcs names no bucket")
    answer = _token(key, door)
    token = token_in(answer)
    access = GcsAccess(
        url=_endpoint(key),
        bucket=name,
        root=parameters.root,
        named_by=bucket.quote(),
        key=key,
        token=answer if token is None else dataclasses.replace(answer, body=b""),
        email=key.key.email,
    )
    if token is None:
        return access
    if key.source is KeySource.MACHINE:
        access = dataclasses.replace(access, email=email_of_machine(key, door, _NEAR))
    return _asked(access, parameters, token, door)


def _token(key: GcsKey, door: Http) -> Exchange:
    if key.unusable:
        raise CouldNotGatherError(key.unusable)
    if key.source is KeySource.MACHINE:
        answer = token_of_machine(key, door, _NEAR)
        if answer.status is None:
            raise CouldNotGatherError(
                "storage.gcs names no key, and no metadata server answers here, so that the registry's identity is not "
                f"known: {answer.failure.message if answer.failure else 'no answer'}"
            )
        return answer
    if key.key.kind != SERVICE_ACCOUNT:
        raise CouldNotGatherError(
            f"{key.what} is of the type {key.key.kind!r}; regdoctor asks for tokens by keys of service accounts only"
        )
    return token_by_key(key.key, door, _DEADLINE)


def _endpoint(key: GcsKey) -> str:
    """Where Google's library goes: to STORAGE_EMULATOR_HOST where that is set, by http unless it says otherwise."""
    if not key.emulator:
        return ENDPOINT
    url = key.emulator if "://" in key.emulator else f"http://{key.emulator}"
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise CouldNotGatherError(f"STORAGE_EMULATOR_HOST is {key.emulator!r}, which is no address") from error
    return f"{parts.scheme}://{parts.netloc}"


def _asked(access: GcsAccess, parameters: GcsParameters, token: Secret, door: Http) -> GcsAccess:
    base = f"{access.url}/storage/v1/b/{in_path(access.bucket)}"
    bearer = token if may_carry(access.url) else None

    def get(path: str, *headers: tuple[str, str], cap: int = 1 << 20) -> Exchange:
        return door.send("GET", f"{base}{path}", headers=headers, bearer=bearer, deadline=_DEADLINE, cap=cap)

    wanted = urlencode([("permissions", one) for one in (*PERMISSIONS, BUCKET_GET)])
    tested = get(f"/iam/testPermissions?{wanted}")
    access = dataclasses.replace(access, tested=tested)
    if tested.failure is not None or tested.status in (401, 404):
        return access  # every further call would say the same
    listing = get(f"/o?{urlencode({'prefix': parameters.registry_prefix, 'maxResults': 1})}")
    listed = _first_key(listing)
    reading = get(f"/o/{in_path(listed)}?alt=media", ("Range", "bytes=0-0"), cap=16) if listed else None
    return dataclasses.replace(
        access,
        listing=listing if _is_listing(listing) or not listing.ok else None,
        reading=reading,
        settings=get("?projection=noAcl"),
    )


def _is_listing(exchange: Exchange) -> bool:
    said = exchange.json() if exchange.ok else None
    return isinstance(said, dict) and said.get("kind") == "storage#objects"


def _first_key(exchange: Exchange) -> str:
    items = exchange.json().get("items") if _is_listing(exchange) else None
    first = items[0] if isinstance(items, list) and items else None
    name = first.get("name") if isinstance(first, dict) else None
    return name if isinstance(name, str) and len(name) <= 1024 else ""
