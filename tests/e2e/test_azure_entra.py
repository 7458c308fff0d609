"""A registry that asks Azure as a service principal: its token by azure-identity, its calls, and what its role lacks.

What is real here and what is played: see entra_stand.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from regdoctor.check import Check, Dialect, Fail
from regdoctor.checks.storage.azure_identity_refused import azure_identity_refused
from regdoctor.checks.storage.azure_links_refused import azure_links_refused
from regdoctor.checks.storage.azure_permission_missing import azure_permission_missing
from regdoctor.distribution.azure_operations import DELEGATE, DELETE, READ, WRITE, AzureOperation, permission_of
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.azure_access import AzureAccess, AzureWrites
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.http import Http
from regdoctor.lab.processes import Processes
from regdoctor.probe import CouldNotGatherError
from regdoctor.probes.azure_access import azure_access
from regdoctor.probes.azure_container import BlobContainer, names_in
from regdoctor.probes.azure_writes import azure_writes
from regdoctor.storage.azure_table import table_of
from regdoctor.storage.permission_table import Allowed, Result
from regdoctor.target import Target
from tests.e2e.entra_stand import ALL, CLIENT, SECRET, EntraStand

LIVE = Installation(Path("/"), Dialect.PLAIN, live=True)
V3 = Product(Generation.DISTRIBUTION_3, (3, 1, 0))
CONTAINER = "images"
BLOB = "docker/registry/v2/blobs/sha256/aa/aabb/data"
CHECKS = (azure_identity_refused, azure_links_refused, azure_permission_missing)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EntraStand]:
    made = EntraStand(tmp_path_factory.mktemp("entra"), Processes())
    try:
        made.start()
        store = owner(made)
        assert store._send("PUT", f"{store.container.url}?restype=container").status == 201
        assert store.put(BLOB, b"x").status == 201
        yield made
    finally:
        made.close()


@pytest.fixture(autouse=True)
def _own_ledger(stand: EntraStand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    stand.held = ALL
    stand.forms.clear()
    stand.stored.clear()


def owner(stand: EntraStand) -> BlobContainer:
    """The container with the account's key, past the front."""
    made = stand.azurite.owner(CONTAINER)
    return BlobContainer(Http(stand.trust), made.container, made.signer)


def looked(stand: EntraStand, config: RegistryConfig) -> AzureAccess:
    """What the registry's identity may read."""
    found = azure_access.gather(LIVE, config, V3, stand.service, Http(stand.trust))
    assert isinstance(found, AzureAccess)
    return found


def written(stand: EntraStand, config: RegistryConfig) -> AzureWrites:
    """What it may write."""
    target = Target(allow_writes=True)
    found = azure_writes.gather(target, LIVE, config, V3, stand.service, Http(stand.trust))
    assert isinstance(found, AzureWrites)
    return found


def failing(config: RegistryConfig, access: AzureAccess, writes: AzureWrites | None) -> dict[str, list[Fail]]:
    """What each check finds."""
    given = {"access": access, "config": config, "writes": writes}
    fails = {item.name: [one for one in _judged(item, given) if isinstance(one, Fail)] for item in CHECKS}
    return {name: found for name, found in fails.items() if found}


def _judged(item: Check, given: dict[str, object]) -> list[object]:
    told = item.judge(**{name: given[name] for name in item.inputs})
    return list(told) if isinstance(told, Iterable) else [told]


def test_a_principal_with_the_whole_role_gives_no_finding_and_leaves_nothing(stand: EntraStand) -> None:
    config = stand.config(CONTAINER)
    access, writes = looked(stand, config), written(stand, config)
    assert [call.quote().quote for call in (*access.calls, *writes.calls) if not call.allowed] == []
    assert failing(config, access, writes) == {}
    found = table_of(access, writes, "distribution 3")
    assert found.result is Result.ALLOWED
    assert AzureOperation.DELEGATE in {row.call for row in found.rows if row.allowed is Allowed.YES}
    assert set(names_in(owner(stand).list("", 100))) == {BLOB}
    form = stand.forms[-1]
    assert (form["client_id"], form["scope"]) == (CLIENT, "https://storage.azure.com/.default")
    assert all(part not in repr((access, found)) for part in (SECRET, "eyJ"))


@pytest.mark.parametrize("missing", [READ, WRITE, DELETE, DELEGATE], ids=lambda action: action.rpartition("/")[2])
def test_each_action_that_the_role_lacks_is_a_no_and_a_finding(stand: EntraStand, missing: str) -> None:
    stand.held = ALL - {missing}
    config = stand.config(CONTAINER)
    access, writes = looked(stand, config), written(stand, config)
    fails = failing(config, access, writes)
    assert set(fails) == {"azure_permission_missing"}
    [fail] = fails["azure_permission_missing"]
    assert f"lacks {missing.rpartition('containers/')[2]}" in fail.message
    found = table_of(access, writes, "distribution 3")
    refused = {permission_of(AzureOperation(row.call)) for row in found.rows if row.allowed is Allowed.NO}
    assert refused == {missing}
    [granted] = found.missing
    assert granted == ({"Actions": [DELEGATE]} if missing == DELEGATE else {"DataActions": [missing]})
    stand.held = ALL
    written(stand, config)  # what could not be removed before
    assert set(names_in(owner(stand).list("", 100))) == {BLOB}


def test_a_wrong_secret_is_entra_ids_refusal_and_the_store_is_not_asked(stand: EntraStand) -> None:
    config = stand.config(CONTAINER, "another~secret~altogether")
    access = looked(stand, config)
    fails = failing(config, access, None)
    assert set(fails) == {"azure_identity_refused"}
    [fail] = fails["azure_identity_refused"]
    assert "AADSTS7000215, the client's secret is wrong" in fail.message
    assert "another~secret" not in repr((access, fail))
    assert stand.stored == []
    with pytest.raises(CouldNotGatherError, match="AADSTS7000215"):
        written(stand, config)
    assert "AADSTS7000215" in table_of(access, None, "distribution 3").unusable


def test_an_authority_whose_certificate_is_not_trusted_gets_no_secret(stand: EntraStand) -> None:
    with pytest.raises(CouldNotGatherError, match="got no token"):
        azure_access.gather(LIVE, stand.config(CONTAINER), V3, stand.service, Http(type(stand.trust)()))
    assert stand.forms == []
