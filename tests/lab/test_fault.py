"""The faults as they are declared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regdoctor.lab import fault as fault_module
from regdoctor.lab import faults as faults_package
from regdoctor.lab.errors import UnknownFaultError
from regdoctor.lab.fault import discover, find_fault


def test_every_file_in_the_folder_is_a_fault_of_that_name() -> None:
    folder = Path(faults_package.__path__[0])
    files = {file.stem.replace("_", "-") for file in folder.glob("*.py") if file.stem != "__init__"}

    assert set(discover()) == files
    assert len(files) >= 23


@pytest.mark.parametrize("name", sorted(discover()))
def test_every_fault_names_what_is_broken_and_the_check_that_must_see_it(name: str) -> None:
    fault = discover()[name]

    assert len(fault.title) > 20
    assert not fault.title.endswith(".")
    assert re.fullmatch(r"[a-z][a-z0-9_]+", fault.check)
    assert fault.failure_modes
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]+-\d{2}", mode) for mode in fault.failure_modes)


@pytest.mark.parametrize("name", ["token-key-mismatch", "token_key_mismatch"])
def test_a_fault_is_found_with_dashes_and_with_underscores(name: str) -> None:
    found = find_fault(name)

    assert found is not None
    assert found.check == "token_key_mismatch"


def test_healthy_is_no_fault() -> None:
    assert find_fault("healthy") is None


def test_an_unknown_name_is_answered_with_those_that_exist() -> None:
    with pytest.raises(UnknownFaultError, match="no fault is called 'nonsense'; there are: healthy, anonymous"):
        find_fault("nonsense")


def test_a_file_without_a_declaration_is_a_mistake_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_done.py").write_text("")
    monkeypatch.setattr(faults_package, "__path__", [str(tmp_path)])

    with pytest.raises(TypeError, match=r"faults/half_done\.py does not declare FAULT"):
        fault_module.discover()
