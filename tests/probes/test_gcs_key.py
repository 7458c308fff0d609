"""Whose key it is: the settings, the registry's environment, gcloud's file, the machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.gcs_key import GcsKey, KeySource
from regdoctor.evidence.host_file import FileState
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.google_key import KeyFault
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes.gcs_key import gcs_key

NONE = Absent("there is none", applicable=False)
UNIT = "/etc/systemd/system/registry.service"


def _gather(
    root: Path | None,
    parameters: str,
    *variables: tuple[str, str],
    live: bool = True,
    dialect: Dialect = Dialect.PLAIN,
    driver: str = "gcs",
) -> GcsKey:
    config = parse_registry_config(f"storage: {{{driver}: {{{parameters}}}}}".encode(), "config.yml")
    place = Place(UNIT, 7, "environment")
    service = ServiceEnvironment(UNIT, tuple((name, value, place) for name, value in variables)) if variables else NONE
    found = gcs_key.gather(Installation(root, dialect, live=live), config, service)
    assert isinstance(found, GcsKey)
    return found


def _write(root: Path, path: str) -> None:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"type": "authorized_user", "client_email": path}))


def test_the_drivers_own_order(tmp_path: Path) -> None:
    home = "/var/lib/registry"
    well_known = f"{home}/.config/gcloud/application_default_credentials.json"
    for path in ("/etc/gcs.json", "/etc/variable.json", well_known):
        _write(tmp_path, path)
    variables = (("GOOGLE_APPLICATION_CREDENTIALS", "/etc/variable.json"), ("HOME", home))

    named = _gather(tmp_path, "keyfile: /etc/gcs.json, credentials: {type: x}", *variables)
    assert (named.source, named.path, named.key.email) == (KeySource.KEYFILE, "/etc/gcs.json", "/etc/gcs.json")
    inside = _gather(tmp_path, "credentials: {type: x, client_email: a@p}", *variables)
    assert (inside.source, inside.key.kind, inside.key.email) == (KeySource.CREDENTIALS, "x", "a@p")
    variable = _gather(tmp_path, "bucket: b", *variables)
    assert (variable.source, variable.path, variable.named_by.line) == (KeySource.VARIABLE, "/etc/variable.json", 7)
    assert _gather(tmp_path, "bucket: b", variables[1]).source is KeySource.WELL_KNOWN
    assert _gather(tmp_path, "bucket: b").source is KeySource.MACHINE


def test_a_private_key_in_the_configuration_stays_wrapped(tmp_path: Path) -> None:
    found = _gather(
        tmp_path, "credentials: {type: service_account, private_key: canary-of-the-test, client_email: a@p}"
    )

    assert found.key.fault is KeyFault.BROKEN_PRIVATE_KEY
    assert "canary" not in repr(found)


def test_where_the_library_goes_is_told_by_the_environment(tmp_path: Path) -> None:
    found = _gather(tmp_path, "bucket: b", ("STORAGE_EMULATOR_HOST", "h:1"), ("GCE_METADATA_HOST", "m:2"))

    assert (found.emulator, found.metadata_host) == ("h:1", "m:2")


def test_a_file_that_is_not_there_is_missing_on_a_live_host_only(tmp_path: Path) -> None:
    assert _gather(tmp_path, "keyfile: /etc/gcs.json").state is FileState.MISSING
    assert _gather(tmp_path, "keyfile: /etc/gcs.json", live=False).state is FileState.NOT_COPIED
    assert _gather(tmp_path, "keyfile: ''").problem == "storage.gcs.keyfile names no file"


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()

    assert _gather(tmp_path, "keyfile: /etc").state is FileState.DIRECTORY


@pytest.mark.parametrize("dialect", [Dialect.COMPOSE, Dialect.HELM])
@pytest.mark.parametrize("parameters", ["keyfile: /etc/gcs.json", "bucket: b"])
def test_inside_a_container_nothing_is_looked_for(tmp_path: Path, dialect: Dialect, parameters: str) -> None:
    with pytest.raises(NotApplicableError):
        _gather(tmp_path, parameters, dialect=dialect)


def test_a_path_without_a_root_or_a_beginning_cannot_be_followed(tmp_path: Path) -> None:
    with pytest.raises(CouldNotGatherError, match="cannot be followed"):
        _gather(None, "keyfile: /etc/gcs.json")
    with pytest.raises(CouldNotGatherError, match="cannot be followed"):
        _gather(tmp_path, "keyfile: gcs.json")


def test_another_storage_has_no_key(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError):
        _gather(tmp_path, "keyfile: /etc/gcs.json", driver="s3")
