"""Scheduled garbage collections: what fails in silence, and what does harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Fail, Outcome, Pass, Severity, Skip, Unknown
from regdoctor.checks.storage.gc_command_wrong import gc_command_wrong
from regdoctor.evidence.cron_jobs import CollectionJob, CronJobs
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.crontab import CronJob, garbage_collection
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

if TYPE_CHECKING:
    from tests.checks.conftest import Given

STOPPED = "systemctl stop registry; registry garbage-collect /c.yml; systemctl start registry"


class Cron:
    """Judges one line of a crontab."""

    def __init__(self, given: Given) -> None:
        self.given = given

    def told(
        self,
        command: str,
        *,
        there: bool | None = True,
        config: RegistryConfig | Absent | None = None,
        product: Product | None = None,
    ) -> list[Outcome]:
        """All that is told of it; each finding has been seen to be complete."""
        job = CronJob("@weekly", "root", command, Place("/etc/cron.d/gc", 3))
        collection = garbage_collection(job)
        assert collection is not None
        told = gc_command_wrong.judge(
            jobs=CronJobs((CollectionJob(job, collection, there),)),
            config=config or self.given.not_here,
            product=product or self.given.product(),
        )
        assert not isinstance(told, Outcome)
        outcomes = list(told)
        for outcome in outcomes:
            if isinstance(outcome, Fail):
                self.given.fail(replace(gc_command_wrong, judge=_telling(outcome), inputs={}))
        return outcomes

    def fails(self, command: str, **more: object) -> list[tuple[str, ...] | None]:
        """The failure modes of the findings."""
        outcomes = self.told(command, **more)  # type: ignore[arg-type]
        return [outcome.failure_modes for outcome in outcomes if isinstance(outcome, Fail)]


def _telling(outcome: Outcome) -> Callable[[], Outcome]:
    return lambda: outcome


@pytest.fixture
def cron(given: Given) -> Cron:
    """The judge of lines."""
    return Cron(given)


@pytest.mark.parametrize(
    "command",
    [
        "gitlab-ctl registry-garbage-collect",
        "gitlab-ctl registry-garbage-collect -m",
        STOPPED,
        "registry garbage-collect --dry-run /c.yml",
        "docker compose stop registry; docker compose run --rm registry garbage-collect /etc/distribution/config.yml",
    ],
)
def test_a_sound_command_passes(cron: Cron, command: str) -> None:
    assert [type(outcome) for outcome in cron.told(command)] == [Pass]


def test_a_configuration_that_does_not_exist_is_a_finding(cron: Cron, given: Given) -> None:
    (outcome,) = cron.told(STOPPED, there=False)
    assert isinstance(outcome, Fail)
    assert outcome.message == "The collection names /c.yml, which does not exist"
    assert [(quote.source, quote.line) for quote in outcome.evidence] == [("/etc/cron.d/gc", 3)]
    old = STOPPED.replace("/c.yml", "/etc/docker/registry/config.yml")
    (outcome,) = cron.told(old, there=False, product=given.product(Generation.DISTRIBUTION_3))
    assert isinstance(outcome, Fail)
    assert "distribution 3 has it in /etc/distribution/config.yml" in outcome.message


def test_a_collection_without_a_configuration_is_a_finding(cron: Cron) -> None:
    assert cron.fails(STOPPED.replace(" /c.yml", ""), there=None) == [("GC-04",)]


def test_the_old_place_in_a_container_of_distribution_3_is_unknown(cron: Cron, given: Given) -> None:
    command = "docker stop x; docker run --rm registry garbage-collect /etc/docker/registry/config.yml"
    product = given.product(Generation.DISTRIBUTION_3)
    assert [type(outcome) for outcome in cron.told(command, there=False, product=product)] == [Unknown]
    assert [type(outcome) for outcome in cron.told(command, there=False)] == [Pass]


def test_the_metadata_database_forbids_it(cron: Cron, given: Given) -> None:
    config = given.config("database:\n  enabled: true\n")
    command = "gitlab-ctl registry-garbage-collect"
    (outcome,) = cron.told(command, config=config)
    assert isinstance(outcome, Fail)
    assert outcome.failure_modes == ("GC-05",)
    assert [quote.line for quote in outcome.evidence] == [3, 2]
    assert cron.fails(command, config=config, product=given.product(Generation.DISTRIBUTION_2)) == []
    assert cron.fails(command, config=given.config("database:\n  enabled: false\n")) == []


def test_deleting_untagged_harms_on_distribution_2_and_depends_on_the_version_elsewhere(
    cron: Cron, given: Given
) -> None:
    command = STOPPED.replace("/c.yml", "-m /c.yml")
    (outcome,) = cron.told(command, product=given.product(Generation.DISTRIBUTION_2, 2, 8, 2))
    assert isinstance(outcome, Fail)
    assert (outcome.failure_modes, outcome.severity) == (("GC-02",), Severity.WARNING)
    assert "-m on distribution 2.8.2" in outcome.message
    assert [type(item) for item in cron.told(command)] == [Unknown]
    for generation in (Generation.DISTRIBUTION_3, Generation.GITLAB):
        assert [type(item) for item in cron.told(command, product=given.product(generation))] == [Pass]


def test_a_collection_beside_pushes_is_a_warning(cron: Cron, given: Given) -> None:
    (outcome,) = cron.told("registry garbage-collect /c.yml")
    assert isinstance(outcome, Fail)
    assert (outcome.failure_modes, outcome.severity) == (("GC-03",), Severity.WARNING)
    readonly = given.config("storage: {maintenance: {readonly: {enabled: true}}}")
    assert cron.fails("registry garbage-collect /c.yml", config=readonly) == []
    for beside in ("docker exec r registry garbage-collect /c.yml", "docker run --rm r garbage-collect /c.yml"):
        assert cron.fails(beside) == [("GC-03",)]


def test_without_a_collection_it_is_skipped(given: Given) -> None:
    told = gc_command_wrong.judge(jobs=CronJobs(()), config=given.not_here, product=given.product())
    assert not isinstance(told, Outcome)
    assert [type(outcome) for outcome in told] == [Skip]
