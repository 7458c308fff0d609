"""Every check is found and complete, and is selected by the words that people use for it."""

from __future__ import annotations

import ast
import re
import sys
import types
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

import regdoctor.checks
from regdoctor import catalogue
from regdoctor.check import Check, Outcome, Pass, Severity, check
from regdoctor.evidence.traffic import Traffic
from regdoctor.exit_codes import UsageError
from regdoctor.http import Http
from regdoctor.lab.fault import discover
from regdoctor.pages import page
from regdoctor.probe import Probe, probe
from regdoctor.redaction import redact
from regdoctor.target import Target

CHECKS = catalogue.checks()
RECORDED = (Traffic,)
"""Evidence that no probe gathers: it comes of a recording (`capture analyze`)."""
each_check = pytest.mark.parametrize("item", CHECKS, ids=lambda item: item.name)


def test_every_file_below_checks_is_in_the_catalogue_under_its_name() -> None:
    folder = Path(str(resources.files("regdoctor.checks")))
    files = {(file.parent.name, file.stem) for file in folder.glob("*/*.py") if file.stem != "__init__"}

    assert files == {(item.family, item.name) for item in CHECKS}
    assert len(files) >= 20


@each_check
def test_a_check_says_what_it_is_about(item: Check) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{3,}", item.name)
    assert len(item.title) > 10
    assert not item.title.endswith(".")
    assert item.reference.startswith("https://")
    assert all(symptom.strip() == symptom and len(symptom) > 5 for symptom in item.symptoms)
    assert item.inputs


@each_check
def test_a_check_stands_for_a_failure_mode_or_explains_another_check(item: Check) -> None:
    assert item.failure_modes or item.explains
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]+-\d{2}b?", mode) for mode in item.failure_modes)


@each_check
def test_a_page_says_why_it_matters_and_how_to_mend_it(item: Check) -> None:
    paragraphs = item.page.split("\n\n")
    rest = "\n".join(paragraphs[1:])

    assert len(paragraphs) >= 2
    assert all(paragraph.strip().endswith((".", ":")) for paragraph in paragraphs)
    assert _MENDING.search(rest) or (_causes(item) and "folded under" in rest)


_MENDING = re.compile(
    r"(?i)\b(let|make|put|give|serve|set|see|start|restart|reconfigure|bind|remove|replace|renew|switch|grant|restore|"
    r"install|allow|correct|pass|push|convert|copy|delete|keep|mend|use|change|stop|free|sync\w*|add|open|choose)\b"
)


def _causes(item: Check) -> set[str]:
    """The checks whose findings bring this one's about."""
    return {other.name for other in CHECKS if item.name in other.explains}


@each_check
def test_nothing_in_a_page_is_taken_for_a_secret(item: Check) -> None:
    assert redact(page(item)) == page(item)


@each_check
def test_what_a_check_asks_for_is_provided(item: Check) -> None:
    for wanted in item.inputs.values():
        assert wanted.kind in (Target, *RECORDED) or wanted.kind in catalogue.probes(), wanted.kind


@each_check
def test_a_check_has_its_mirrored_test(item: Check) -> None:
    mirrored = Path(__file__).parent / "checks" / item.family / f"test_{item.name}.py"

    assert mirrored.is_file(), f"write {mirrored}"


@each_check
def test_the_lab_or_a_broken_tree_or_a_real_program_makes_each_check_fire(item: Check) -> None:
    in_the_lab = {name for fault in discover().values() for name in (fault.check, *fault.also)}
    in_a_tree = {case.stem.partition("--")[0] for case in (Path(__file__).parent / "trees/cases").glob("*.yaml")}

    assert item.name in in_the_lab | in_a_tree | _IN_FRONT_OF_REAL_PROGRAMS


_IN_FRONT_OF_REAL_PROGRAMS = {
    alias.name
    for file in (Path(__file__).parent / "e2e").glob("test_*.py")
    for node in ast.walk(ast.parse(file.read_text("utf-8")))
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("regdoctor.checks.")
    for alias in node.names
}
"""The checks that an end-to-end test judges by, with a program that the lab does not have (HAProxy, squid, …)."""


def test_every_fault_of_the_lab_names_a_check() -> None:
    assert {fault.check for fault in discover().values()} <= {item.name for item in CHECKS}


@pytest.mark.parametrize("item", catalogue.probes().values(), ids=lambda item: item.name)
def test_a_probe_says_what_it_reads_and_waits_for_what_is_provided(item: Probe) -> None:
    assert item.reads
    assert redact(item.reads + item.writes) == item.reads + item.writes
    assert 0 < item.limit <= 60
    assert all(wanted.kind is Target or wanted.kind in catalogue.probes() for wanted in item.inputs.values())


def test_all_is_every_check_sorted_by_family_and_name() -> None:
    selected = catalogue.select(["all"])

    assert selected == CHECKS
    assert [(item.family, item.name) for item in selected] == sorted((item.family, item.name) for item in selected)


@pytest.mark.parametrize(
    "word", ["token_key_mismatch", "token-key-mismatch", "Token_Key_Mismatch", "TOKEN-KEY-MISMATCH"]
)
def test_a_check_is_selected_by_its_name(word: str) -> None:
    assert [item.name for item in catalogue.select([word])] == ["token_key_mismatch"]


def test_a_family_selects_its_checks_those_that_stand_for_its_failure_modes_and_those_that_explain_them() -> None:
    selected = catalogue.select(["proxy"])

    assert {item.name for item in CHECKS if item.family == "proxy"} < {item.name for item in selected}
    others = [item for item in selected if item.family != "proxy"]
    assert "registry_unreachable" in {item.name for item in others}
    theirs = {
        item.name
        for item in CHECKS
        if item.family == "proxy" or any(mode.startswith("PROXY-") for mode in item.failure_modes)
    }
    first = theirs | {item.name for item in CHECKS if theirs & set(item.explains)}
    further = [item for item in others if item.name not in first]
    names = {item.name for item in selected}
    assert first <= names
    assert all(item.name in catalogue.judged_from_files() and names & set(item.explains) for item in further)
    assert len(selected) < len(CHECKS)


def test_whoever_asks_about_logins_hears_that_no_registry_answers() -> None:
    selected = {item.name for item in catalogue.select(["auth"])}

    assert {"registry_unreachable", "token_clock_skew", "challenge_rewritten"} <= selected
    assert {"port_clash", "cache_type_unknown", "tls_pair_unusable", "log_level_invalid"} <= selected
    assert {item.name for item in catalogue.select(["token_clock_skew"])} == {"token_clock_skew"}
    assert {item.family for item in catalogue.select(["manifests"])} == {"manifests"}
    assert set(catalogue.families()) == {item.family for item in CHECKS}


@pytest.mark.parametrize("family", catalogue.families())
def test_what_files_tell_of_causes_brings_no_further_request(family: str) -> None:
    selected = catalogue.select([family])
    own = {
        item.name
        for item in selected
        if item.family == family or any(mode.startswith(f"{family.upper()}-") for mode in item.failure_modes)
    }
    first = [item for item in selected if item.name in own or own & set(item.explains)]

    asking = {item.name for item in catalogue.needed_probes(selected) if item.network}
    assert asking == {item.name for item in catalogue.needed_probes(first) if item.network}


@pytest.mark.parametrize("word", ["AUTH-08", "auth-08", "auth_08"])
def test_a_failure_mode_selects_all_that_stand_for_it(word: str) -> None:
    named = {"login_unauthorized", "token_clock_skew", "token_not_in_its_time"}
    assert {item.name for item in catalogue.select([word])} == named


def test_config_selects_what_files_alone_can_decide() -> None:
    selected = {item.name for item in catalogue.select(["config"])}

    assert {"token_key_mismatch", "port_clash", "rootcertbundle_unusable"} <= selected
    assert not {"authority_unknown", "s3_blob_read_forbidden", "token_clock_skew"} & selected


def test_a_probe_that_opens_the_http_door_says_that_it_asks_the_network() -> None:
    asking = {item.name for item in catalogue.probes().values() if any(w.kind is Http for w in item.inputs.values())}

    assert asking
    assert {item.name for item in catalogue.probes().values() if item.network} >= asking - OFFLINE_ITSELF


OFFLINE_ITSELF = {"product"}
"""Asks only where files tell nothing, and never where only files are judged."""


def test_words_together_give_each_check_once_in_the_order_of_the_catalogue() -> None:
    selected = catalogue.select(["tls", "auth", "token_key_mismatch", "AUTH-01"])

    assert len({item.name for item in selected}) == len(selected)
    assert list(selected) == [item for item in CHECKS if item in selected]
    assert {"tls", "auth"} <= {item.family for item in selected}


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("token_key_mismach", "token_key_mismatch"),
        ("storrage", "storage"),
        ("al", "all"),
        ("PROXY-99", "PROXY-"),
    ],
)
def test_a_word_that_names_nothing_is_answered_with_the_nearest(word: str, nearest: str) -> None:
    with pytest.raises(UsageError, match=rf"called '{word}'\. Did you mean {nearest}"):
        catalogue.select([word])


def test_a_word_that_is_near_to_nothing_gets_no_guess() -> None:
    with pytest.raises(UsageError, match=r"called 'xyzzy'\. `regdoctor check --list` shows them\.") as raised:
        catalogue.select(["xyzzy"])

    assert "Did you mean" not in str(raised.value)


class Base:
    """Evidence."""


class Middle:
    """Evidence."""


class Top:
    """Evidence."""


@probe(reads="it")
def top(middle: Middle, base: Base) -> Top:
    """Gather."""
    return Top()


@probe(reads="it")
def middle(base: Base) -> Middle:
    """Gather."""
    return Middle()


@probe(reads="it")
def base(target: Target) -> Base:
    """Gather."""
    return Base()


@probe(reads="it")
def circular(top: Top) -> Base:
    """Gather."""
    return Base()


@check(title="", severity=Severity.INFO, failure_modes=())
def wants_top(top: Top) -> Outcome:
    """Judge."""
    return Pass()


@check(title="", severity=Severity.INFO, failure_modes=(), explains=("nobody",))
def explains_nobody() -> Outcome:
    """Judge."""
    return Pass()


def provide(monkeypatch: pytest.MonkeyPatch, *probes: Probe) -> None:
    monkeypatch.setattr(catalogue, "probes", lambda: {item.provides: item for item in probes})


def test_a_probe_comes_after_all_that_it_waits_for(monkeypatch: pytest.MonkeyPatch) -> None:
    provide(monkeypatch, top, middle, base)

    assert catalogue.needed_probes([wants_top]) == (base, middle, top)


def test_a_probe_that_nobody_asks_for_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    provide(monkeypatch, top, middle, base)

    assert catalogue.needed_probes([explains_nobody]) == ()


def test_probes_that_wait_for_each_other_are_a_mistake_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    provide(monkeypatch, top, middle, circular)

    with pytest.raises(TypeError, match="waits for itself"):
        catalogue.needed_probes([wants_top])


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the catalogue find modules of the given names that hold the given values, and nothing else."""

    def declare(**modules: list[Any]) -> None:
        def found(package: object) -> list[types.ModuleType]:
            made = []
            for name, values in modules.items():
                module = types.ModuleType(f"regdoctor.checks.family.{name}")
                vars(module).update({f"value_{number}": value for number, value in enumerate(values)})
                made.append(module)
            return made

        monkeypatch.setattr(catalogue, "_modules", found)
        catalogue.checks.cache_clear()
        catalogue.probes.cache_clear()

    return declare


@pytest.fixture(autouse=True)
def _real_catalogue_afterwards() -> Iterator[None]:
    found = (catalogue.checks, catalogue.probes)
    yield
    for cached in found:
        cached.cache_clear()


@pytest.mark.parametrize(
    ("modules", "complaint"),
    [
        ({"wants_top": []}, "wants_top must hold the one check of its name"),
        ({"other_name": [wants_top]}, "other_name must hold the one check of its name"),
        ({"wants_top": [wants_top, explains_nobody]}, "wants_top must hold the one check of its name"),
        ({"explains_nobody": [explains_nobody]}, "explains_nobody explains unknown checks: nobody"),
    ],
    ids=["none", "misnamed", "two", "unknown"],
)
def test_a_file_that_contradicts_itself_is_told(
    declared: Callable[..., None], modules: dict[str, list[Any]], complaint: str
) -> None:
    declared(**modules)

    with pytest.raises(TypeError, match=complaint):
        catalogue.checks()


def test_two_probes_for_the_same_evidence_are_told(declared: Callable[..., None]) -> None:
    declared(first=[base], second=[circular])

    with pytest.raises(TypeError, match=r"circular and base provide the same evidence"):
        catalogue.probes()


def test_a_family_that_cannot_be_imported_is_not_left_out_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "__init__.py").write_text("import nothing_of_that_name\n")
    monkeypatch.setattr(regdoctor.checks, "__path__", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "regdoctor.checks.broken", raising=False)
    catalogue.checks.cache_clear()

    with pytest.raises(ImportError, match="nothing_of_that_name"):
        catalogue.checks()


@pytest.mark.parametrize(
    "source", sorted(Path(regdoctor.checks.__file__).parent.rglob("*.py")), ids=lambda one: one.stem
)
def test_a_check_opens_nothing(source: Path) -> None:
    names = {node.id for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Name)}

    assert not names & {"open", "input", "print", "exec", "eval", "__import__"}
