"""What the checks say of a configuration is what the real docker-registry 2.8 does with it, and the remedy mends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from regdoctor.catalogue import select
from regdoctor.check import Check, Dialect, Fail, Outcome, Severity
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.registry_config import RegistryConfig
from tests.e2e.accepted_configurations import ACCEPTED, RUNS
from tests.e2e.configuration_case import Case, Overlay, auth, lay_over
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.refused_sections import REFUSED_SECTIONS
from tests.e2e.refused_storage import REFUSED_STORAGE

REFUSED = {**REFUSED_SECTIONS, **REFUSED_STORAGE}
DEBIAN = Product(Generation.DISTRIBUTION_2, (2, 8, 2))


def write(registry: LoneRegistry, *overlays: Overlay) -> None:
    """Write a minimal configuration with the overlays over it, the later ones over the earlier."""
    tree: dict[str, Any] = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(registry.folder / "data")}},
        "http": {"addr": "127.0.0.1:@PORT"},
    }
    for overlay in overlays:
        lay_over(tree, overlay)
    registry.write_whole(yaml.safe_dump(tree))


def run(registry: LoneRegistry, variables: Mapping[str, str]) -> tuple[int | None, str]:
    """Start the registry; the status of /v2/ (None where it ended instead), and all that it said until then."""
    status = registry.status() if registry.start(variables) else None
    registry.stop()
    return status, registry.log


def judge(name: str, config: RegistryConfig) -> list[Fail]:
    """The findings of one check on a registry of Debian's package."""
    (item,) = select([name])
    evidence: dict[str, object] = {"config": config, "product": DEBIAN}
    found = item.judge(**{key: evidence[key] for key in item.inputs})
    outcomes = [found] if isinstance(found, Outcome) else list(found)
    return [outcome for outcome in outcomes if isinstance(outcome, Fail)]


def mend(registry: LoneRegistry, case: Case, fails: list[Fail]) -> None:
    """Write the configuration that the case gives, or that the remedies of the findings make."""
    if case.mended is not None:
        write(registry, case.broken, case.mended)
        return
    commands = [command for fail in fails for command in fail.remedy[Dialect.PLAIN].commands]
    write(registry, case.broken, *(yaml.safe_load(command) for command in commands))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_called_refused_is_refused_and_the_remedy_mends_it(name: str, lone_registry: LoneRegistry) -> None:
    case = REFUSED[name]
    write(lone_registry, case.broken)
    status, said = run(lone_registry, case.variables)
    fails = judge(case.check, lone_registry.config(case.variables))

    assert status is None
    assert case.says in said
    assert fails
    assert {quote.source for fail in fails for quote in fail.evidence} <= {
        str(lone_registry.file),
        "environment of the service",
    }
    assert all((fail.severity or Severity.CRITICAL) is Severity.CRITICAL for fail in fails)
    assert all("not start" in fail.message or "nothing can listen" in fail.message for fail in fails)
    assert told(case, said)

    mend(lone_registry, case, fails)
    assert judge(case.check, lone_registry.config({})) == []
    status, said = run(lone_registry, {})
    assert status == 200, said


def told(case: Case, said: str) -> bool:
    """Whether one of the symptoms that the check declares stands in the registry's output."""
    item: Check = select([case.check])[0]
    return any(symptom in said for symptom in item.symptoms)


@pytest.mark.parametrize("name", RUNS)
def test_what_is_a_lesser_finding_starts_and_the_remedy_mends_it(name: str, lone_registry: LoneRegistry) -> None:
    case = RUNS[name]
    write(lone_registry, case.broken)
    status, said = run(lone_registry, {})
    fails = judge(case.check, lone_registry.config({}))

    assert status == 200, said
    assert case.says in said
    assert [fail for fail in fails if "does not start" in fail.message] == []
    severities = [fail.severity or select([case.check])[0].severity for fail in fails]
    assert severities
    assert max(severities) < Severity.CRITICAL

    mend(lone_registry, case, fails)
    assert judge(case.check, lone_registry.config({})) == []
    assert run(lone_registry, {})[0] == 200


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_the_registry_accepts_is_no_finding(name: str, lone_registry: LoneRegistry) -> None:
    write(lone_registry, ACCEPTED[name])
    status, said = run(lone_registry, {})

    assert status == 200, said
    checks = {case.check for case in (*REFUSED.values(), *RUNS.values())}
    assert {check: judge(check, lone_registry.config({})) for check in checks} == {check: [] for check in checks}


def test_two_schemes_of_which_one_is_a_variables_are_mixed_by_chance(lone_registry: LoneRegistry) -> None:
    write(lone_registry, auth(silly={"realm": "r", "service": "s"}))
    variables = {
        "REGISTRY_AUTH_HTPASSWD_REALM": "r",
        "REGISTRY_AUTH_HTPASSWD_PATH": str(lone_registry.folder / "htpasswd"),
    }
    (fail,) = judge("auth_scheme_not_one", lone_registry.config(variables))
    assert "left to chance" in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == ("REGISTRY_AUTH=htpasswd",)

    reset = {**variables, "REGISTRY_AUTH": "htpasswd"}
    assert judge("auth_scheme_not_one", lone_registry.config(reset)) == []
    assert run(lone_registry, reset)[0] == 401
