"""What crontabs and Compose services collect, and what is known of the file that each names."""

from __future__ import annotations

import pytest

from regdoctor.evidence.cron_jobs import CollectionJob, CronJobs
from regdoctor.evidence.garbage_collections import StartedCollection, by_cron, by_services
from regdoctor.evidence.product import Generation
from regdoctor.formats.compose_file import parse_compose_file
from regdoctor.formats.crontab import collection_in, parse_crontab


def _of_service(*lines: str) -> list[StartedCollection]:
    text = "\n".join(["services:", "  gc:", *(f"    {line}" for line in lines)])
    return list(by_services(parse_compose_file([(text.encode(), "compose.yml")])))


def test_a_cron_job_runs_at_its_hours_with_the_registry_of_the_host() -> None:
    (job,) = parse_crontab(b"@weekly root registry garbage-collect /c.yml\n", "/etc/crontab")
    found = collection_in(job.command)
    assert found is not None
    (item,) = by_cron(CronJobs((CollectionJob(job, found, config_there=True),)))
    assert (item.by_cron, item.config_there, item.product) == (True, True, None)
    assert (item.said_by.source, item.said_by.line) == ("/etc/crontab", 1)


def test_a_service_collects_with_the_registry_of_its_image() -> None:
    (item,) = _of_service("image: registry:2.8.3", "entrypoint: registry", "command: [garbage-collect, -m, /c.yml]")
    assert item.product is not None
    assert (item.product.generation, item.product.version) == (Generation.DISTRIBUTION_2, (2, 8, 3))
    assert (item.said_by.quote, item.said_by.line) == ("gc: registry garbage-collect -m /c.yml", 5)
    assert item.collection.delete_untagged
    assert not item.by_cron


@pytest.mark.parametrize(
    ("image", "config", "there"),
    [
        ("registry:3", "/etc/distribution/config.yml", True),
        ("registry:3", "/etc/docker/registry/config.yml", False),
        ("registry:latest", "/etc/docker/registry/config.yml", None),
        ("registry:latest", "/c.yml", False),
        ("registry:3", "/mounted/c.yml", True),
        ("registry:3", "c.yml", None),
    ],
)
def test_whether_a_container_has_the_file_is_told_by_image_and_mounts(
    image: str, config: str, there: bool | None
) -> None:
    (item,) = _of_service(f"image: {image}", f"command: garbage-collect {config}", "volumes: ['./conf:/mounted']")
    assert item.config_there is there


def test_a_container_that_is_not_known_whole_is_not_judged_by_its_files() -> None:
    (whole,) = _of_service("image: registry:3", "command: garbage-collect")
    (more,) = _of_service("image: registry:3", "command: garbage-collect", "volumes_from: [data]")
    (gitlabs,) = _of_service("image: x/gitlab-container-registry:v4.1.0-gitlab", "command: registry garbage-collect")
    assert [item.collection.in_container for item in (whole, more, gitlabs)] == [False, True, True]


def test_other_services_collect_nothing() -> None:
    assert _of_service("image: registry:3", "command: serve /c.yml") == []
    assert _of_service("image: x/tool", "command: garbage-collect /c.yml") == []
