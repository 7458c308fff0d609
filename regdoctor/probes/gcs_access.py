"""Asks Google Cloud Storage, as the registry's own identity, what that identity may do in the registry's bucket."""

from __future__ import annotations

import dataclasses
from urllib.parse import quote, urlencode, urlsplit

from regdoctor.distribution.gcs_operations import BUCKET_GET, ENDPOINT, PERMISSIONS
from regdoctor.distribution.gcs_trials import TRIED
from regdoctor.evidence.exchange import Exchange
from regdoctor.evidence.gcs_access import GcsAccess
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.gcs_parameters import GcsParameters, gcs_parameters
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError, probe
from regdoctor.probes.bucket import require_live
from regdoctor.probes.google_links import followed
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

_SIGNED_BY_V4 = (4, 28)
"""The first version of GitLab's registry whose driver signs links by version 4 (gcs_next as the driver gcs)."""
_MADE_UP = "repositories/regdoctor-made-up/_manifests/link"
"""Below docker/registry/v2/: what is asked for where nothing is listed."""


@probe(
    reads="with the registry's Google identity: a token (of the token_uri of its key, at googleapis.com only, or of "
    "the metadata server, directly), the permissions on its bucket and on one object as the store tells them "
    "(testIamPermissions), a listing of one of its keys, one byte of it, also by signed links, and the bucket's "
    "settings",
    limit=(len(TRIED) + 5) * _DEADLINE,
    network=True,
)
def gcs_access(
    installation: Installation, config: RegistryConfig, key: GcsKey | Absent, product: Product | Absent, door: Http
) -> GcsAccess:
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
    answer, token = _token(key, door)
    known = product if isinstance(product, Product) else Product(None)
    access = GcsAccess(
        url=_endpoint(key),
        bucket=name,
        root=parameters.root,
        named_by=bucket.quote(),
        key=key,
        token=answer if token is None else dataclasses.replace(answer, body=b""),
        email=key.key.email,
        generation=known.generation,
    )
    if token is None:
        return access
    if key.source is KeySource.MACHINE:
        access = dataclasses.replace(access, email=email_of_machine(key, door, _NEAR))
    return _asked(access, parameters, token, door, version=_scheme(known))


def _scheme(product: Product) -> int:
    """The version of Google's scheme by which the driver signs its links."""
    new = product.generation is Generation.GITLAB and (not product.version or product.version >= _SIGNED_BY_V4)
    return 4 if new else 2


def _token(key: GcsKey, door: Http) -> tuple[Exchange, Secret | None]:
    if key.unusable:
        raise CouldNotGatherError(key.unusable)
    if key.source is KeySource.MACHINE:
        answer = token_of_machine(key, door, _NEAR)
        if answer.status is None:
            raise CouldNotGatherError(
                "storage.gcs names no key, and no metadata server answers here, so that the registry's identity is not "
                f"known: {answer.failure.message if answer.failure else 'no answer'}"
            )
        return answer, token_in(answer)
    return token_by_key(key, door, _DEADLINE)


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


def _asked(access: GcsAccess, parameters: GcsParameters, token: Secret, door: Http, *, version: int) -> GcsAccess:
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
    named = listed or f"{parameters.registry_prefix}{_MADE_UP}"
    reading = get(f"/o/{in_path(named)}?alt=media", ("Range", "bytes=0-0"), cap=1 << 12)
    asked = dataclasses.replace(
        access,
        listing=listing if _is_listing(listing) or not listing.ok else None,
        # A name that nobody has, and that is answered for, tells that everything is.
        reading=reading if listed or not reading.ok else None,
        made_up=not listed,
        settings=get("?projection=noAcl"),
    )
    if not listed:
        return asked
    of_object = urlencode([("permissions", one) for one in PERMISSIONS])
    asked = dataclasses.replace(asked, tested_object=get(f"/o/{in_path(listed)}/iam/testPermissions?{of_object}"))
    return _with_links(asked, listed, door, version)


def _with_links(access: GcsAccess, listed: str, door: Http, version: int) -> GcsAccess:
    """The same with what a client is told who follows the driver's links; not where the driver makes none."""
    key, email = access.key.key.rsa, access.key.key.email
    if key is None or not email or not access.signs:
        return access
    url = f"{access.url}/{in_path(access.bucket)}/{quote(listed)}"
    head, get = (followed(door, key, email, method, url, _DEADLINE, version=version) for method in ("HEAD", "GET"))
    return dataclasses.replace(access, signed_head=head, signed_get=get)


def _is_listing(exchange: Exchange) -> bool:
    said = exchange.json() if exchange.ok else None
    return isinstance(said, dict) and said.get("kind") == "storage#objects"


def _first_key(exchange: Exchange) -> str:
    items = exchange.json().get("items") if _is_listing(exchange) else None
    first = items[0] if isinstance(items, list) and items else None
    name = first.get("name") if isinstance(first, dict) else None
    return name if isinstance(name, str) and len(name) <= 1024 else ""
