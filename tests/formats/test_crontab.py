"""Crontabs: the lines about a registry, and what a garbage collection in them does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.crontab import (
    ContainerCall,
    CronJob,
    GarbageCollection,
    container_call,
    garbage_collection,
    misspelt_collection,
    parse_crontab,
    shown_command,
)
from regdoctor.formats.located import Place, UnreadableError

SYSTEM = b"""\
# garbage-collect in a comment
PATH=/bin
MAILTO="registry"
5 4 * * 0 root gitlab-ctl registry-garbage-collect -m
*/5 * * * * root /usr/bin/backup
@weekly alice docker exec registry registry garbage-collect /etc/docker/registry/config.yml
broken registry line
"""


def _job(command: str, configuration: str = "") -> CronJob:
    return CronJob("@weekly", "root", command, Place("/etc/crontab", 1), configuration)


def _collection(command: str, configuration: str = "") -> GarbageCollection:
    found = garbage_collection(_job(command, configuration))
    assert found is not None
    return found


def test_only_lines_about_a_registry_are_kept_with_their_line() -> None:
    jobs = parse_crontab(SYSTEM, "/etc/crontab")
    assert [(job.schedule, job.user, job.place.line) for job in jobs] == [
        ("5 4 * * 0", "root", 4),
        ("@weekly", "alice", 6),
    ]
    assert jobs[0].command == "gitlab-ctl registry-garbage-collect -m"
    assert jobs[0].quote().quote == "5 4 * * 0 root gitlab-ctl registry-garbage-collect -m"


def test_a_users_own_crontab_has_no_field_for_the_user() -> None:
    (job,) = parse_crontab(b"0 1 * * * registry garbage-collect /c.yml\n", "/var/spool/cron/crontabs/bob", user="bob")
    assert (job.user, job.command) == ("bob", "registry garbage-collect /c.yml")


def test_the_crontabs_own_variable_names_the_configuration() -> None:
    (job,) = parse_crontab(b"REGISTRY_CONFIGURATION_PATH = '/c.yml'\n@daily root registry garbage-collect\n", "x")
    assert garbage_collection(job) == GarbageCollection("/c.yml", False, False, False, False)


def test_a_password_on_the_command_line_is_wiped() -> None:
    (job,) = parse_crontab(b"@daily root curl https://alice:correct-horse@registry.example.com/v2/\n", "x")
    assert "correct-horse" not in repr(job)


@pytest.mark.parametrize(
    ("command", "config", "container", "untagged", "dry"),
    [
        ("registry garbage-collect /c.yml", "/c.yml", False, False, False),
        ("/usr/bin/docker-registry garbage-collect -m /c.yml >/dev/null 2>&1", "/c.yml", False, True, False),
        ("registry garbage-collect --delete-untagged=true --dry-run '/c d.yml'", "/c d.yml", False, True, True),
        ("registry garbage-collect -md /c.yml; systemctl start registry", "/c.yml", False, True, True),
        ("systemctl stop docker-registry && docker-registry garbage-collect", "", False, False, False),
        ("REGISTRY_CONFIGURATION_PATH=/e.yml registry garbage-collect", "/e.yml", False, False, False),
        ("docker compose exec -T registry registry garbage-collect /c.yml", "/c.yml", True, False, False),
        ("sh -c 'registry garbage-collect /c.yml'", "/c.yml", False, False, False),
    ],
)
def test_a_collections_file_and_options(command: str, config: str, container: bool, untagged: bool, dry: bool) -> None:
    assert _collection(command) == GarbageCollection(config, False, container, untagged, dry)


def test_gitlabs_own_command_is_known() -> None:
    assert _collection("gitlab-ctl registry-garbage-collect -m") == GarbageCollection("", True, False, True, False)


@pytest.mark.parametrize("command", ["systemctl restart docker-registry", "/usr/local/bin/registry-cleanup.sh"])
def test_another_command_is_no_collection(command: str) -> None:
    assert garbage_collection(_job(command)) is None


@given(
    st.one_of(st.binary(max_size=80), st.text(max_size=60).map(lambda text: f"@daily root registry {text}".encode()))
)
def test_no_input_crashes_the_reader(data: bytes) -> None:
    for job in parse_crontab(data, "x"):
        found = garbage_collection(job)
        assert found is None or isinstance(found.config, str)


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("docker exec registry registry garbage-collect /c.yml", ContainerCall("docker", "registry")),
        ("/usr/bin/podman exec -it -u root hub registry garbage-collect", ContainerCall("podman", "hub")),
        ("docker compose -f /c.yml exec -T web registry garbage-collect", ContainerCall("docker compose", "web")),
        ("docker-compose exec web registry garbage-collect", ContainerCall("docker compose", "web")),
        ("docker run --rm registry:2 garbage-collect /c.yml", None),
        ("registry garbage-collect /c.yml", None),
        ("docker exec", None),
    ],
)
def test_the_container_in_which_a_command_runs(command: str, call: ContainerCall | None) -> None:
    assert container_call(command) == call


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("gitlab-ctl registry-garbage-colect -m", ("registry-garbage-colect", "registry-garbage-collect")),
        ("/usr/bin/registry garbage_collect /c.yml", ("garbage_collect", "garbage-collect")),
        ("gitlab-ctl registry-garbage-collect -m", None),
        ("docker run garbage-collector --registry x", None),
        ("gitlab-ctl restart registry", None),
    ],
)
def test_a_collection_misspelt_is_seen_behind_a_program_that_collects(
    command: str, found: tuple[str, str] | None
) -> None:
    assert misspelt_collection(_job(command)) == found


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("gitlab-ctl registry-garbage-collect -m", "gitlab-ctl registry-garbage-collect -m"),
        (
            "/usr/bin/docker exec -e X=pass reg registry garbage-collect /a.yml",
            "/usr/bin/docker exec … registry garbage-collect /a.yml",
        ),
        ("curl -u me:mine http://h && registry garbage-collect /a.yml; mail me", "… registry garbage-collect /a.yml …"),
        ("PW=mine gitlab-ctl registry-garbage-colect --x=mine", "… gitlab-ctl registry-garbage-colect …"),
        ("curl -u me:mine https://registry.example.com", "…"),
    ],
)
def test_of_a_command_only_the_collection_is_shown(command: str, shown: str) -> None:
    assert shown_command(command) == shown


@pytest.mark.parametrize(("count", "fits"), [(2000, True), (2001, False)])
def test_more_lines_about_a_registry_than_a_host_has_are_refused(count: int, fits: bool) -> None:
    data = b"0 0 * * * root /usr/bin/other\n" * 30_000 + b"0 0 * * * root registry serve\n" * count
    if fits:
        assert len(parse_crontab(data, "/etc/crontab")) == count
    else:
        with pytest.raises(UnreadableError, match=r"/etc/crontab:32001: more than 2,000 lines about a registry"):
            parse_crontab(data, "/etc/crontab")


def test_a_line_that_cron_does_not_take_is_refused_where_it_is_about_a_registry() -> None:
    assert parse_crontab(b"0 0 * * * root " + b"x" * 10_000, "/etc/crontab") == ()
    with pytest.raises(UnreadableError, match=r"/etc/crontab:2: a line of more than 10,000 characters"):
        parse_crontab(b"\n0 0 * * * root registry " + b"x" * 10_000, "/etc/crontab")
