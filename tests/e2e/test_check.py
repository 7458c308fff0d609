"""`regdoctor check all` on real components: each fault named first and nothing else blamed, silence when healthy."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib import resources
from subprocess import CompletedProcess
from typing import Any

import jsonschema
import pytest

from regdoctor.lab import skopeo
from regdoctor.lab.fault import discover
from regdoctor.lab.stack import Stack
from tests.e2e import warm_runs

StackWith = Callable[[str | None], Stack]
Examine = Callable[..., tuple[int, dict[str, Any]]]
FAULTS = sorted(discover())
TRIED_BY_WRITING = {"body_size_limited", "location_loses_port", "location_shows_upstream", "location_wrong_scheme"}


def causes(report: dict[str, Any]) -> list[str]:
    return [row["check"] for row in report["outcomes"] if row["outcome"] == "fail" and row["explained_by"] is None]


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fault_is_named_first_and_nothing_else_is_blamed(
    stack_with: StackWith, examine: Examine, fault: str
) -> None:
    stack = stack_with(fault)
    assert stack.fault is not None

    code, report = examine(stack)

    assert code == 1
    assert causes(report) == [stack.fault.check]
    first = report["outcomes"][0]
    assert first["check"] == stack.fault.check
    folded = {row["check"] for row in report["outcomes"] if row["explained_by"] == stack.fault.check}
    assert set(stack.fault.also) <= folded
    assert set(first["failure_modes"]) <= set(stack.fault.failure_modes)
    assert first["evidence"]
    assert first["remedy"]["dialect"] == "omnibus"
    assert first["remedy"]["text"]

    mended = stack.fault
    stack.heal()
    # That all are silent on a healthy stack, the test below tells; here it is those that were not. The one more is for
    # those that have nothing to judge once the file at fault is gone: alone they would be an examination of nothing.
    code, report = examine(stack, fault=mended, names=sorted({mended.check, *mended.also, "not_a_registry"}))
    assert (code, causes(report)) == (0, [])
    assert mended.check in {row["check"] for row in report["outcomes"] if row["outcome"] in ("pass", "skip")}
    assert skopeo.pull(stack).exit_code == 0, "a real client succeeds once it is mended"


NOT_ON_THE_LAB = {
    "azure_blobs_under_other_root",
    "azure_container_missing",
    "azure_links_refused",
    "azure_identity_refused",
    "azure_permission_missing",
    "client_disk_full",
    "daemon_proxy_swallows",
    "gcs_bucket_missing",
    "gcs_lifecycle_deletes_blobs",
    "gcs_permission_missing",
    "gcs_retention_blocks_pushes",
    "gcs_token_refused",
    "http2_fails",
    "insecure_registry_missing",
    "login_refused",
    "mount_source_not_granted",
    "redis_password_refused",
    "redis_sentinel_name_unknown",
    "redis_takes_no_writes",
    "redis_timeout_too_short",
    "redis_unreachable",
    "s3_endpoint_authority_unknown",
    "stored_login_unreadable",
}
"""What is about Docker's files on the host, stored logins, HTTP/2, passwords that a registry takes itself, Redis,
TLS to the object store, and a repository that was not named: the lab has none of them; tests of their own do."""


def test_a_healthy_registry_gives_no_finding_and_every_check_is_told(stack_with: StackWith, examine: Examine) -> None:
    from regdoctor.catalogue import checks, judged_from_files

    code, report = examine(stack_with(None), "--allow-writes", "--repository", "gitlab-org/lab")

    assert code == 0
    assert {row["check"] for row in report["outcomes"]} == {item.name for item in checks()}
    assert {row["outcome"] for row in report["outcomes"]} == {"pass", "skip"}
    passed = {row["check"] for row in report["outcomes"] if row["outcome"] == "pass"}
    asking = {item.name for item in checks()} - judged_from_files() - NOT_ON_THE_LAB
    assert passed >= asking | TRIED_BY_WRITING | {"token_key_mismatch", "issuer_mismatch", "reconfigure_pending"}
    schema = json.loads(resources.files("regdoctor.reporters").joinpath("report-1.schema.json").read_text())
    jsonschema.validate(report, schema)


def test_without_allow_writes_nothing_is_tried_that_writes_and_the_storage_stays_as_it_was(
    stack_with: StackWith, examine: Examine
) -> None:
    from regdoctor.catalogue import checks
    from regdoctor.evidence.s3_writes import S3Writes

    stack = stack_with(None)
    before = stack.store.keys(stack.settings.bucket)

    code, report = examine(stack)

    assert code == 0
    # nginx's configuration decides them as well; without it they say what would.
    assert {row["check"] for row in report["outcomes"] if row["outcome"] == "pass"} >= TRIED_BY_WRITING
    stack.tree.nginx_conf.with_name("nginx.conf").unlink()
    code, report = examine(stack)
    assert code == 0
    skipped = {row["check"]: row["message"] for row in report["outcomes"] if row["outcome"] == "skip"}
    assert {name for name, message in skipped.items() if "--allow-writes" in message} == {
        *TRIED_BY_WRITING,
        "token_expires_in_upload",
        *(item.name for item in checks() if any(wanted.kind is S3Writes for wanted in item.inputs.values())),
    }
    assert stack.store.keys(stack.settings.bucket) == before


def test_with_allow_writes_what_was_written_is_gone_afterwards(stack_with: StackWith, examine: Examine) -> None:
    stack = stack_with(None)
    before = stack.store.keys(stack.settings.bucket)

    code, _ = examine(stack, "--allow-writes", "--repository", "gitlab-org/lab")

    assert code == 0
    assert stack.store.keys(stack.settings.bucket) == before


def test_without_a_login_the_registry_is_examined_with_gitlabs_own_key(stack_with: StackWith) -> None:
    stack = stack_with(None)

    done = regdoctor(stack, "check", "all", "--root", str(stack.tree.root), "--allow-writes", "--format", "json")

    assert done.returncode == 0
    assert {row["outcome"] for row in json.loads(done.stdout)["outcomes"]} == {"pass", "skip"}


def test_from_outside_by_url_and_login_alone(stack_with: StackWith) -> None:
    stack = stack_with("token-key-mismatch")

    url = ["--registry", stack.settings.registry_url, "--ca-file", str(stack.tree.ca_file)]
    login = ["--username", "lab", "--password-stdin"]
    done = regdoctor(stack, "check", "all", *url, *login, "--format", "json", stdin=stack.material.password)

    assert done.returncode == 1
    assert causes(json.loads(done.stdout)) == ["login_unauthorized"]


@pytest.mark.parametrize(
    ("fault", "fails"),
    [
        ("token-key-mismatch", skopeo.pull),
        ("gitlab-clock-ahead", skopeo.pull),
        ("location-http", skopeo.push),
        ("location-port", skopeo.push),
        ("location-upstream", skopeo.push),
        ("tls-untrusted", skopeo.pull),
        ("s3-list-forbidden", skopeo.pull),
        ("rootcertbundle-missing", skopeo.pull),
        ("signing-key-unreadable", skopeo.pull),
        ("port-clash", skopeo.pull),
    ],
)
def test_a_real_client_fails_with_the_fault_and_succeeds_once_it_is_mended(
    stack_with: StackWith, fault: str, fails: Callable[[Stack], skopeo.Run]
) -> None:
    stack = stack_with(fault)
    assert fails(stack).exit_code != 0

    stack.heal()

    assert fails(stack).exit_code == 0


def regdoctor(stack: Stack, *arguments: str, stdin: str = "") -> CompletedProcess[str]:
    environment = {**os.environ, "XDG_STATE_HOME": str(stack.folder / "state")}
    return warm_runs.run(arguments, stdin=stdin, environment=environment)
