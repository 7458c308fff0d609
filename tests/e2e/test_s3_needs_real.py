"""Each row of the table of what a registry needs in S3 holds for the real 2.8: this fails without it, and no more."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from regdoctor.distribution.s3_operations import BUCKET_ACTIONS, Operation, Use, action_of
from regdoctor.exit_codes import ExitCode
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.ports import free_ports
from regdoctor.lab.stack import Stack
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.moto_store import ACTIONS, s3_section
from tests.e2e.s3_policy_site import ARN, DELETING, SECTIONS, PolicySite, policy_site
from tests.e2e.s3_refusals import MOTO_DELETES, NEEDED, POLICY, READS_OF_BLOBS, REFUSALS, Refusal
from tests.e2e.s3_uses import Uses, image_of, image_with_known_blobs

StackWith = Callable[[str | None], Stack]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicySite]:
    """One store and one registry with an image; what it may do changes under it."""
    with policy_site(tmp_path_factory.mktemp("needs")) as running:
        running.grant([*POLICY, MOTO_DELETES])
        assert running.registry.start(), running.registry.log
        running.uses().store_base()
        running.kept = running.stored()
        yield running


@pytest.fixture
def uses(site: PolicySite) -> Iterator[Uses]:
    """The registry of `site` with nothing but its image; it may do everything again afterwards."""
    yield site.uses()
    site.grant([*POLICY, MOTO_DELETES])
    site.refuse_listing(None)
    site.keep(site.kept)
    site.registry.wait_until(lambda: site.registry.status() == 200, "its health")


def test_every_row_is_taken_away_once() -> None:
    taken = [row for refusal in REFUSALS.values() for row in refusal.rows] + list(READS_OF_BLOBS)
    assert set(taken) == {(need.operation, need.area) for need in NEEDED}


def test_with_the_minimal_policy_everything_works(uses: Uses, site: PolicySite) -> None:
    uses.prepare("all")
    assert uses.failing("all", image_of("all")) == set(), uses.said
    assert uses.failing("large", image_of("large", large=True), {Use.PUSH}) == set(), uses.said
    assert not [key for key in site.stored() if "_uploads" in key]


@pytest.mark.parametrize("name", REFUSALS)
def test_without_it_just_what_the_table_says_fails(site: PolicySite, uses: Uses, name: str) -> None:
    refusal = REFUSALS[name]
    pushed = image_of(name, large=refusal.large)
    uses.prepare(name)
    refusal.apply(site, pushed)
    site.settle()
    assert uses.failing(name, pushed) == refusal.breaks, uses.said


def test_what_reads_of_blobs_are_for_where_clients_are_sent_on(
    object_store: ObjectStore, lone_registry: LoneRegistry
) -> None:
    bucket = object_store.create_bucket()

    def serve(identity: str) -> None:
        section = s3_section(object_store.endpoint, bucket, object_store.identities[identity])
        lone_registry.serve(f"{section[: -len('}') - 1]}{DELETING}}}\n{SECTIONS}")

    uses = Uses(lone_registry, lambda key: key in object_store.keys(bucket))
    try:
        serve("full")
        uses.store_base()
        uses.prepare("reads")
        serve("no-blob-read")
        pushed = image_with_known_blobs("reads")
        assert uses.failing("reads", pushed) == Refusal(READS_OF_BLOBS).breaks, uses.said
    finally:
        object_store.delete_tree(bucket)


def permissions(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """`regdoctor storage permissions` with these words."""
    environment = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    every = ["storage", "permissions", *words, "--format", "json"]
    done = warm_runs.run(every, stdin="", environment=environment)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def asked(action: str) -> set[tuple[str, str]]:
    """The calls, and where, that moto refuses for want of an action.

    Of a copy it asks for PutObject alone, and to links that are signed it answers 500 whatever is granted.
    """
    passed_over = {Operation.PRESIGNED_GET, Operation.PRESIGNED_HEAD}
    if action == "s3:GetObject":
        passed_over |= {Operation.COPY, Operation.COPY_PART}
    every = [need for need in NEEDED if action in action_of(need.operation) and need.operation not in passed_over]
    return {(need.operation.api_name, need.area.value or "bucket") for need in every}


def told(table: dict[str, Any], allowed: str, reason: str = "") -> set[tuple[str, str]]:
    """The calls, and where, of which a table says this."""
    calls = [one for one in table["calls"] if one["allowed"] == allowed and reason in (one["reason"] or "")]
    return {(one["call"], one["area"]) for one in calls}


@pytest.mark.parametrize("action", ACTIONS)
def test_regdoctor_names_the_missing_action_and_what_it_prints_heals_the_client(
    site: PolicySite, uses: Uses, action: str
) -> None:
    less = [{**one, "Action": [each for each in one["Action"] if each != action]} for one in POLICY]
    deletes = [] if action == "s3:DeleteObject" else [MOTO_DELETES]
    name = action.removeprefix("s3:")
    uses.prepare(name)
    site.grant([*less, *deletes])
    site.settle()

    code, table = permissions(site.folder, "--config", str(site.registry.file), "--allow-writes")

    refused, unreached = told(table, "no"), told(table, "not_tried", "did not get that far")
    # The minimal policy does not grant what no driver asks for.
    assert refused == (asked(action) | asked("s3:GetBucketLocation")) - unreached
    resource = ARN if action in BUCKET_ACTIONS else f"{ARN}/docker/registry/*"
    said = [one["breaks"] for one in table["calls"] if (one["call"], one["area"]) in refused]
    broken = {Use(word) for words in said for word in words}
    assert table["missing"] == ([{"Effect": "Allow", "Action": action, "Resource": resource}] if broken else [])
    assert code == bool(broken)
    assert uses.failing(name, image_of(f"{action} missing"), broken) == broken, uses.said

    site.grant([*less, *table["missing"], MOTO_DELETES])
    site.registry.wait_until(lambda: site.registry.status() == 200, "its health")
    assert uses.failing(name, image_of(f"{action} again"), broken) == set(), uses.said


def test_a_store_that_is_not_there_is_no_finding(site: PolicySite, tmp_path: Path) -> None:
    [port] = free_ports(1)
    file = tmp_path / "config.yml"
    file.write_text(site.registry.file.read_text().replace(site.endpoint, f"http://127.0.0.1:{port}"))
    code, table = permissions(tmp_path, "--config", str(file), "--allow-writes")
    assert (code, table["result"]) == (ExitCode.NOT_EXAMINED, "nothing")
    assert {one["allowed"] for one in table["calls"]} <= {"cannot_be_told", "not_tried"}


def test_a_key_that_the_store_does_not_know_is_no_finding(site: PolicySite, tmp_path: Path) -> None:
    file = tmp_path / "config.yml"
    file.write_text(site.registry.file.read_text().replace(site.user.access_key, "AKIAIOSFODNN7EXAMPLE"))
    code, table = permissions(tmp_path, "--config", str(file))
    assert (code, table["result"]) == (ExitCode.NOT_EXAMINED, "nothing")
    assert table["missing"] == []


def test_the_lab_may_do_everything_until_its_user_may_not_read_blobs(stack_with: StackWith) -> None:
    stack = stack_with(None)
    words = ("--root", str(stack.tree.root))
    code, table = permissions(stack.folder, *words, "--allow-writes")
    assert (code, table["result"], table["missing"], table["left"]) == (ExitCode.HEALTHY, "allowed", [], None)
    assert told(table, "no") == set()
    # SeaweedFS calls the document of a bucket's location CreateBucketConfiguration, as S3 calls that of a request.
    assert told(table, "cannot_be_told") <= {(Operation.LOCATION.api_name, "bucket")}

    stack = stack_with("s3-head-forbidden")
    words = ("--root", str(stack.tree.root))
    code, table = permissions(stack.folder, *words)
    assert (code, table["result"]) == (ExitCode.FINDINGS, "refused")
    # SeaweedFS takes the location for something to read, too; no registry asks for it.
    location = {(Operation.LOCATION.api_name, "bucket")}
    assert told(table, "no") - location == {(operation.api_name, area.value) for operation, area in READS_OF_BLOBS}
    assert "s3:GetObject" in [one["Action"] for one in table["missing"]]
