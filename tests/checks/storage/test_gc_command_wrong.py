"""Scheduled garbage collections: what fails in silence, and what does harm."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Pass, Severity, Skip, Unknown
from regdoctor.checks.storage.gc_command_wrong import gc_command_wrong
from regdoctor.evidence.cron_jobs import CollectionJob, CronJobs
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.compose_file import ComposeFile, parse_compose_file
from regdoctor.formats.crontab import CronJob, GarbageCollection, garbage_collection
from regdoctor.formats.located import Place, UndecidedError
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent

if TYPE_CHECKING:
    from tests.checks.conftest import Given

STOPPED = "systemctl stop registry; registry garbage-collect /c.yml; systemctl start registry"
VARIABLE, MOUNTED = "environment: {REGISTRY_CONFIGURATION_PATH: /c.yml}", "volumes: ['./c.yml:/c.yml:ro']"


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
        return self.given.outcomes(
            gc_command_wrong,
            jobs=CronJobs((CollectionJob(job, collection, there),)),
            compose=self.given.no_such,
            config=config or self.given.not_here,
            product=product or self.given.product(),
        )

    def fails(self, command: str, **more: object) -> list[tuple[str, ...] | None]:
        """The failure modes of the findings."""
        outcomes = self.told(command, **more)  # type: ignore[arg-type]
        return [outcome.failure_modes for outcome in outcomes if isinstance(outcome, Fail)]


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


def _services(*lines: str) -> ComposeFile:
    """A project with a registry, and with a service `gc` of these lines."""
    registry = ["services:", "  registry:", "    image: registry:3", "  gc:"]
    text = "\n".join([*registry, *(f"    {line}" for line in lines)])
    return parse_compose_file([(text.encode(), "/srv/compose.yml")])


def _by_services(given: Given, *lines: str) -> list[Outcome]:
    product = given.product(Generation.DISTRIBUTION_2)
    return given.outcomes(gc_command_wrong, jobs=given.no_such, compose=_services(*lines), product=product)


@pytest.mark.parametrize(
    "lines",
    [
        ("image: registry:3", "command: garbage-collect /etc/distribution/config.yml"),
        ("image: registry:3", "command: [garbage-collect, -m, /etc/distribution/config.yml]"),
        ("image: registry:2.8", "command: garbage-collect /etc/docker/registry/config.yml"),
        ("image: registry:3", "command: garbage-collect /c/c.yml", "volumes: ['./c:/c']"),
        ("image: registry:3", "command: garbage-collect", VARIABLE, MOUNTED),
        ("image: registry", "command: garbage-collect /etc/docker/registry/config.yml"),
        ("image: x/gitlab-container-registry:v4.1.0-gitlab", "command: registry garbage-collect"),
        ("image: registry:3", "command: garbage-collect", "env_file: elsewhere.env"),
    ],
)
def test_a_service_whose_container_has_the_file_passes(given: Given, lines: tuple[str, ...]) -> None:
    assert [type(outcome) for outcome in _by_services(given, *lines)] == [Pass]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("image: registry:3", "command: garbage-collect /etc/docker/registry/config.yml"), "has it in /etc/distribu"),
        (("image: registry:2.8.3", "command: garbage-collect /etc/distribution/config.yml"), "which does not exist"),
        (("image: registry", "command: sh -c 'registry garbage-collect /c.yml'"), "names /c.yml, which does not exist"),
        (("image: registry:3", "command: [registry, garbage-collect]"), "names no configuration file"),
    ],
)
def test_a_service_whose_container_has_not_the_file_is_a_finding(
    given: Given, lines: tuple[str, ...], words: str
) -> None:
    (fail,) = _by_services(given, *lines)
    assert isinstance(fail, Fail)
    assert words in fail.message
    assert fail.failure_modes == ("GC-04",)
    assert fail.resource == "/srv/compose.yml:6"
    assert fail.evidence[0].quote.startswith("gc: ")


def test_what_deleting_untagged_does_is_told_by_the_services_own_image(given: Given) -> None:
    (fail,) = _by_services(
        given, "image: registry:2.8.3", "command: garbage-collect -m /etc/docker/registry/config.yml"
    )
    assert isinstance(fail, Fail)
    assert fail.failure_modes == ("GC-02",)
    assert [quote.line for quote in fail.evidence] == [6, 5]


def test_an_image_that_is_chosen_at_run_time_leaves_open_what_it_does_and_not_what_cron_does(given: Given) -> None:
    compose = _services("image: $IMAGE", "command: garbage-collect")
    job = CronJob("@weekly", "root", "registry garbage-collect", Place("/etc/cron.d/gc", 3))
    jobs = CronJobs((CollectionJob(job, GarbageCollection("", False, False, False, False)),))
    evidence = {"jobs": jobs, "compose": compose, "config": given.not_here, "product": given.product()}
    told = iter(cast("Iterable[Outcome]", gc_command_wrong.judge(**evidence)))
    assert isinstance(next(told), Fail)
    with pytest.raises(UndecidedError, match="image is worked out at run time"):
        list(told)


def test_other_images_are_not_judged(given: Given) -> None:
    (outcome,) = _by_services(given, "image: x/my-tool", "command: garbage-collect /none.yml")
    assert isinstance(outcome, Skip)


def test_without_a_collection_it_is_skipped(given: Given) -> None:
    given.skips(gc_command_wrong, jobs=CronJobs(()), compose=given.no_such, product=given.product())
    given.skips(gc_command_wrong, jobs=given.no_such, compose=given.no_such, product=given.product())


def test_a_crontab_that_could_not_be_read_leaves_it_open(given: Given) -> None:
    given.unknown(gc_command_wrong, jobs=given.not_here, compose=given.no_such, product=given.product())


@pytest.mark.parametrize(
    ("command", "mended"),
    [
        (
            "docker exec registry bin/registry garbage-collect /c.yml",
            "docker stop registry; docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' registry | "
            "docker run --rm --env-file /dev/stdin --volumes-from registry "
            "\"$(docker inspect --format '{{.Config.Image}}' registry)\" garbage-collect /c.yml; docker start registry",
        ),
        (
            "docker compose -f /srv/compose.yml exec -T hub registry garbage-collect /c.yml",
            "docker compose stop hub; docker compose run --rm hub garbage-collect /c.yml; docker compose start hub",
        ),
    ],
)
def test_in_a_container_the_remedy_is_in_dockers_words(cron: Cron, command: str, mended: str) -> None:
    (outcome,) = cron.told(command)
    assert isinstance(outcome, Fail)
    assert outcome.failure_modes == ("GC-03",)
    assert outcome.remedy[Dialect.PLAIN].commands == (mended,)
    assert outcome.remedy[Dialect.COMPOSE].commands == (mended,)


def test_in_a_pod_no_command_of_a_host_is_told(cron: Cron) -> None:
    (outcome,) = cron.told("kubectl exec deploy/registry -- registry garbage-collect /c.yml")
    assert isinstance(outcome, Fail)
    assert outcome.remedy[Dialect.PLAIN].commands == ()


def test_a_command_misspelt_is_a_finding(given: Given) -> None:
    job = CronJob("@weekly", "root", "gitlab-ctl registry-garbage-colect -m", Place("/etc/cron.d/gc", 3))
    jobs = CronJobs((), (job,))
    fail = given.fail(
        gc_command_wrong, jobs=jobs, compose=given.no_such, config=given.not_here, product=given.product()
    )
    assert "did you mean registry-garbage-collect" in fail.message
    assert fail.failure_modes == ("GC-04",)
    assert fail.resource == "/etc/cron.d/gc:3"
