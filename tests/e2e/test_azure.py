"""Azure's Blob service, as Azurite keeps it: what an identity may do there, and what the registry would find.

Debian's docker-registry is built without the Azure driver, and 2.8 reaches Azure by TLS at its own host names alone; so
the registry itself is not run here. The calls are those of its driver, and the answers are the emulator's.
"""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from regdoctor.check import Check, Dialect, Fail, Outcome, Quote
from regdoctor.checks.storage.azure_blobs_under_other_root import azure_blobs_under_other_root
from regdoctor.checks.storage.azure_container_missing import azure_container_missing
from regdoctor.checks.storage.azure_identity_refused import azure_identity_refused
from regdoctor.checks.storage.azure_links_refused import azure_links_refused
from regdoctor.checks.storage.azure_permission_missing import azure_permission_missing
from regdoctor.distribution.azure_operations import AzureOperation
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.azure_access import AzureAccess
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.lab.processes import Processes
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes import azure_signers
from regdoctor.probes.azure_access import azure_access, look
from regdoctor.probes.azure_container import BlobContainer, names_in, registry_container
from regdoctor.probes.azure_identity import RegistrysHost
from regdoctor.probes.azure_writes import azure_writes, clean_up, try_writes
from regdoctor.probes.ledger import Ledger
from regdoctor.storage.azure_table import table_of
from regdoctor.storage.permission_table import Allowed, PermissionTable, Result
from regdoctor.storage.report import document, render_text
from regdoctor.target import Target
from tests.e2e.azurite import Azurite
from tests.hostile_servers import answering, hostile

LIVE = Installation(Path("/"), Dialect.PLAIN, live=True)
GITLAB = Product(Generation.GITLAB)
NAMED = Quote("config.yml", "storage.azure.accountkey: [redacted accountkey]", 2)
NOTHING = Absent("not part of this test", applicable=False)
CHECKS = (
    azure_blobs_under_other_root,
    azure_container_missing,
    azure_identity_refused,
    azure_links_refused,
    azure_permission_missing,
)
BLOB = "docker/registry/v2/blobs/sha256/aa/aabb/data"
LINK = "docker/registry/v2/repositories/app/_layers/sha256/aabb/link"


@pytest.fixture(scope="module")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """The emulator, running."""
    processes = Processes()
    emulator = Azurite(tmp_path_factory.mktemp("azurite"), processes)
    try:
        emulator.start()
        yield emulator
    finally:
        processes.stop_all()


@pytest.fixture
def filled(azurite: Azurite, request: pytest.FixtureRequest) -> BlobContainer:
    """A container of this test's own with a blob and a link, as its owner."""
    name = f"c{abs(hash(request.node.name)):x}"[:40]
    owner = azurite.make(name)
    for key in (BLOB, LINK):
        assert owner.put(key, b"x").status == 201
    return owner


def failing(config: RegistryConfig, product: Product = GITLAB, access: AzureAccess | None = None) -> dict[str, Fail]:
    """What every check finds that looks at a container, by its name; the probe asks where no answers are given."""
    found = access or azure_access.gather(LIVE, config, product, NOTHING, Http(TrustedCAs()))
    given = {"access": found, "config": config, "product": product, "writes": NOTHING}
    fails = {}
    for item in CHECKS:
        for outcome in _judged(item, given):
            if isinstance(outcome, Fail):
                fails[item.name] = outcome
    return fails


def _judged(item: Check, given: dict[str, object]) -> list[Outcome]:
    told = item.judge(**{name: given[name] for name in item.inputs})
    return list(told) if isinstance(told, Iterable) else [told]


def all_names(store: BlobContainer) -> set[str]:
    """Every blob of a container."""
    return set(names_in(store.list("", 1000)))


def test_a_healthy_container_gives_no_finding_and_nothing_is_written(azurite: Azurite, filled: BlobContainer) -> None:
    config = azurite.config(filled.container.container)
    access = azure_access.gather(LIVE, config, GITLAB, NOTHING, Http(TrustedCAs()))
    assert isinstance(access, AzureAccess)
    assert all(call.allowed for call in access.calls)
    assert access.inside is True
    assert failing(config, access=access) == {}
    assert all_names(filled) == {BLOB, LINK}


def test_a_key_of_another_account_is_told_as_such(azurite: Azurite, filled: BlobContainer) -> None:
    wrong = base64.b64encode(b"w" * 64).decode()
    fails = failing(azurite.config(filled.container.container, key=wrong))
    assert set(fails) == {"azure_identity_refused"}
    fail = fails["azure_identity_refused"]
    assert fail.message == "Azure does not accept the account key of registrytest"
    assert fail.failure_modes == ("S3-09",)
    assert wrong not in repr(fail)
    assert azurite.key not in repr(fail)


def test_a_container_that_is_not_there_is_told_and_not_made(azurite: Azurite, tmp_path: Path) -> None:
    fails = failing(azurite.config("never-made"))
    assert set(fails) == {"azure_container_missing"}
    assert "never-made" in fails["azure_container_missing"].message
    with pytest.raises(CouldNotGatherError, match=r"was not listed: .*ContainerNotFound"):
        try_writes(azurite.owner("never-made"), Ledger(tmp_path / "ledger.json"))
    assert azurite.owner("never-made").list("", 1).status == 404


def test_a_container_that_is_empty_is_well(azurite: Azurite) -> None:
    azurite.make("empty")
    assert failing(azurite.config("empty")) == {}


@pytest.mark.parametrize(
    ("stored", "more", "product", "found"),
    [
        (f"/{BLOB}", "", GITLAB, "/docker/registry/v2/"),
        (BLOB, ", legacyrootprefix: true", GITLAB, "docker/registry/v2/"),
        (f"/{BLOB}", "", Product(Generation.DISTRIBUTION_3), "/docker/registry/v2/"),
    ],
    ids=["old-blobs", "old-switch", "after-upgrade"],
)
def test_images_under_the_other_form_of_the_root_are_found(
    azurite: Azurite, request: pytest.FixtureRequest, stored: str, more: str, product: Product, found: str
) -> None:
    name = f"root-{request.node.callspec.id}"
    azurite.make(name).put(stored, b"x")
    fails = failing(azurite.config(name, more), product)
    assert set(fails) == {"azure_blobs_under_other_root"}
    fail = fails["azure_blobs_under_other_root"]
    assert f"images below {found}:" in fail.message
    if product is GITLAB:  # the remedy mends it
        switch = ", trimlegacyrootprefix: false" if not more else ", legacyrootprefix: false"
        assert switch.removeprefix(", ") in fail.remedy[Dialect.PLAIN].commands[0]
        assert failing(azurite.config(name, switch), product) == {}


def test_two_forms_side_by_side_are_no_finding(azurite: Azurite, filled: BlobContainer) -> None:
    filled.put(f"/{BLOB}", b"x")
    assert failing(azurite.config(filled.container.container)) == {}


def table(store: BlobContainer, folder: Path) -> PermissionTable:
    """The table with the trial of writing."""
    return table_of(look(store, NAMED), try_writes(store, Ledger(folder / "ledger.json")), "distribution 3")


REFUSED = {
    "l": {AzureOperation.LIST},
    "r": {
        AzureOperation.HEAD,
        AzureOperation.GET,
        AzureOperation.SIGNED_HEAD,
        AzureOperation.SIGNED_GET,
        AzureOperation.COPY,
    },
    "wc": {AzureOperation.PUT, AzureOperation.PUT_APPEND},
    "d": {AzureOperation.DELETE},
}
"""What cannot be done without these letters of a SAS: `c` makes new blobs where `w` is missing."""


@pytest.mark.parametrize("missing", REFUSED)
def test_each_row_says_what_the_store_refuses(
    azurite: Azurite, filled: BlobContainer, tmp_path: Path, missing: str
) -> None:
    letters = "".join(letter for letter in "racwdl" if letter not in missing)
    found = table(azurite.limited(filled.container.container, letters), tmp_path)
    refused = {AzureOperation(row.call) for row in found.rows if row.allowed is Allowed.NO}
    if missing == "l":  # the rest cannot be told where the first listing is refused; the writes can
        refused -= set(AzureOperation) - {AzureOperation.LIST}
    assert refused == REFUSED[missing]
    assert found.result is Result.REFUSED
    [granted] = found.missing
    wanted = {"l": "read", "r": "read", "wc": "write", "d": "delete"}[missing]
    assert [name.rpartition("/")[2] for name in granted["DataActions"]] == [wanted]
    owner = azurite.owner(filled.container.container)
    left = {name for name in all_names(owner) if "regdoctor-trial" in name}
    assert bool(left) == (missing == "d")
    assert bool(found.left) == (missing == "d")


def test_the_table_of_the_owner_keeps_the_schema_and_fits(filled: BlobContainer, tmp_path: Path) -> None:
    found = table(filled, tmp_path)
    assert found.result is Result.ALLOWED
    schema = json.loads(
        resources.files("regdoctor.storage").joinpath("storage-permissions-1.schema.json").read_text("utf-8")
    )
    jsonschema.validate(document(found), schema)
    lines = render_text(found, 80).splitlines()
    assert any(line.split()[:3] == ["Append", "Block", "uploads"] and "yes" in line for line in lines)
    assert all_names(filled) == {BLOB, LINK}


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"", b"<EnumerationResults" * 100_000])
def test_what_answers_200_to_everything_proves_nothing(tmp_path: Path, body: bytes) -> None:
    with hostile(answering("200 OK", "Server: nginx", body=body)) as server:
        text = (
            f"version: 0.1\nstorage: {{azure: {{accountname: a, accountkey: QUFB, container: c, "
            f"serviceurl: '{server.url}/a'}}}}\n"
        )
        config = parse_registry_config(text.encode(), "config.yml")
        assert failing(config) == {}
        if b"Enumeration" not in body:
            store, _ = registry_container(config, RegistrysHost(LIVE, NOTHING, GITLAB), Http(TrustedCAs()))
            with pytest.raises(CouldNotGatherError, match="was not listed"):
                try_writes(store, Ledger(tmp_path / "ledger.json"))
            assert b"PUT" not in server.everything_received


def test_a_refused_permission_is_a_finding_of_its_own(azurite: Azurite, filled: BlobContainer, tmp_path: Path) -> None:
    store = azurite.limited(filled.container.container, "l")
    config = azurite.config(filled.container.container)
    fails = failing(config, access=look(store, NAMED))
    assert set(fails) == {"azure_permission_missing"}
    assert "which lacks blobs/read" in fails["azure_permission_missing"].message
    given = {"access": look(filled, NAMED), "writes": try_writes(filled, Ledger(tmp_path / "ledger.json"))}
    assert not any(isinstance(outcome, Fail) for outcome in _judged(azure_permission_missing, given))


def test_without_allow_writes_the_probe_writes_nothing(azurite: Azurite, filled: BlobContainer) -> None:
    with pytest.raises(NotApplicableError, match="allow-writes"):
        azure_writes.gather(
            Target(), LIVE, azurite.config(filled.container.container), GITLAB, NOTHING, Http(TrustedCAs())
        )
    assert all_names(filled) == {BLOB, LINK}


def test_links_that_a_fast_clock_signs_are_told_as_links_and_never_as_the_key(
    azurite: Azurite, filled: BlobContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a clock does that is 40 seconds fast: the links begin in half a minute.
    monkeypatch.setattr(azure_signers, "TOLERANCE", timedelta(seconds=-30))
    config = azurite.config(filled.container.container)
    assert set(failing(config, Product(Generation.DISTRIBUTION_3))) == {"azure_links_refused"}
    # The links of the older drivers say no beginning.
    assert failing(config, GITLAB) == {}


KILLED = """
import os, signal, sys
from pathlib import Path
from regdoctor.probes import azure_writes
from regdoctor.probes.ledger import Ledger
from tests.e2e.azurite import Azurite
from regdoctor.lab.processes import Processes

class Dying:
    def __init__(self, store, calls):
        self.store, self.calls, self.container = store, calls, store.container
    def __getattr__(self, name):
        if self.calls == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.calls -= 1
        return getattr(self.store, name)

emulator = Azurite(Path("."), Processes(), {key!r}, {service!r})
azure_writes.try_writes(Dying(emulator.owner({name!r}), {calls}), Ledger(Path({ledger!r})))
"""


def test_what_a_killed_trial_leaves_the_next_one_removes(
    azurite: Azurite, filled: BlobContainer, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.json"
    script = KILLED.format(
        key=azurite.key, service=azurite.service, name=filled.container.container, calls=4, ledger=str(ledger)
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert len(all_names(filled)) == 4
    clean_up(filled, Ledger(ledger), end=float("inf"))
    assert all_names(filled) == {BLOB, LINK}
    assert Ledger(ledger).entries(filled.container.url) == ()
