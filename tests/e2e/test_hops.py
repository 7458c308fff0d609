"""`regdoctor hops` on a real registry behind a real nginx with a real bucket: it points at the hop that is broken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

import jsonschema
import pytest

from regdoctor.lab.fault import Fault
from regdoctor.lab.material import LOGIN, PROJECT
from regdoctor.lab.stack import Stack
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry

StackWith = Callable[[str | None], Stack]
SCHEMA = json.loads(resources.files("regdoctor.hops").joinpath("hops-1.schema.json").read_text("utf-8"))


def run(stack: Stack, *words: str, code: int) -> Mapping[str, Any]:
    """The document of a walk with these words, which must end with this code."""
    done = warm_runs.run(
        ["hops", *words, "--format", "json"],
        stdin=stack.material.password,
        environment={**os.environ, "XDG_STATE_HOME": str(stack.folder / "state")},
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert stack.material.password not in done.stdout + done.stderr
    assert "X-Amz-Signature" not in done.stdout + done.stderr
    document: Mapping[str, Any] = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    return document


def on_host(stack: Stack, *more: str, code: int) -> Mapping[str, Any]:
    """The walk of an administrator on the registry's host."""
    words = ("--root", str(stack.tree.root), "--username", LOGIN, "--password-stdin", "--repository", PROJECT)
    return run(stack, *words, *more, code=code)


def states(document: Mapping[str, Any]) -> dict[str, str]:
    return {hop["name"]: hop["state"] for hop in document["hops"]}


def test_every_hop_of_a_healthy_stack_is_fine(stack_with: StackWith) -> None:
    document = on_host(stack_with(None), code=0)

    assert document["verdict"]["sentence"] == "Every hop is fine; no push was tried (--push)."
    asked = {name: state for name, state in states(document).items() if state != "not_tried"}
    assert asked == dict.fromkeys(("public URL", "token service", "registry", "debug server", "bucket"), "fine")
    assert document["request"] == f"GET /v2/{PROJECT}/manifests/latest"
    storage = document["hops"][-1]
    assert {(one["purpose"], one["method"]) for one in storage["requests"]} >= {
        ("redirected", "HEAD"),
        ("redirected", "GET"),
        ("identity", "HEAD"),
    }


def test_a_forbidden_head_points_at_the_bucket(stack_with: StackWith) -> None:
    document = on_host(stack_with("s3-head-forbidden"), code=1)

    verdict = document["verdict"]
    assert (verdict["starts_at"], verdict["certain"]) == ("storage", True)
    assert verdict["sentence"].startswith("The 403 starts at the bucket; ")
    assert "the token service" in verdict["sentence"]
    assert [hop["kinds"] for hop in document["hops"] if hop["starts_here"]] == [["storage"]]


def test_a_stopped_registry_is_where_it_starts(stack_with: StackWith) -> None:
    document = on_host(stack_with("registry-stopped"), code=1)

    assert document["verdict"]["starts_at"] == "registry"
    sentence = document["verdict"]["sentence"]
    assert sentence.startswith("The refused connection starts at the registry; ")
    assert sentence.endswith("nginx passes it on as 502.")


def test_a_location_with_the_wrong_scheme_points_at_the_proxy(stack_with: StackWith) -> None:
    stack = stack_with("location-http")
    document = on_host(stack, "--push", code=1)

    assert document["verdict"]["starts_at"] == "public"
    assert document["verdict"]["sentence"].startswith(
        f"The push breaks at the proxy: monolithic push of 2000000 bytes: Location leads away from "
        f"{stack.settings.registry_url}, to http://localhost:{stack.settings.ports.public}; "
    )
    public = next(hop for hop in document["hops"] if "public" in hop["kinds"])
    assert all(push["location"].startswith("http://") for push in public["pushes"])
    registry = next(hop for hop in document["hops"] if "registry" in hop["kinds"])
    assert [push["succeeded"] for push in registry["pushes"]] == [True, True]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("location-http", "sends no X-Forwarded-Proto"),
        ("body-limit", "client_max_body_size, its default, 1m"),
    ],
)
def test_without_a_push_nginxs_configuration_tells_what_one_would_meet(
    fault: str, words: str, stack_with: StackWith
) -> None:
    document = on_host(stack_with(fault), code=1)

    assert document["verdict"]["starts_at"] == "public"
    assert document["verdict"]["sentence"].startswith("A push would break at the proxy: nginx (localhost location /) ")
    assert words in document["verdict"]["sentence"]


def test_a_body_limit_points_at_nginx(stack_with: StackWith) -> None:
    def limit(stack: Stack) -> None:
        conf = stack.tree.nginx_conf
        conf.write_text(conf.read_text("utf-8").replace("client_max_body_size 0;", "client_max_body_size 1m;"))

    stack = stack_with(None)
    stack.apply(Fault(title="nginx takes 1 MiB", check="body_limit", failure_modes=(), files=limit))

    document = on_host(stack, "--push", code=1)

    assert document["verdict"]["starts_at"] == "public"
    assert document["verdict"]["sentence"].startswith("The push breaks at nginx with 413; ")


def test_a_push_through_a_healthy_stack_passes_every_hop(stack_with: StackWith) -> None:
    document = on_host(stack_with(None), "--push", "--size", "20kB", code=0)

    pushes = [push for hop in document["hops"] for push in hop["pushes"]]
    assert len(pushes) == 4
    assert all(push["succeeded"] and push["size"] == 20_000 for push in pushes)


def passing_on_to(stack: Stack, upstream: str) -> None:
    """Have nginx pass on to `upstream`."""
    conf = stack.tree.nginx_conf
    before = conf.read_text("utf-8")
    conf.write_text(before.replace(f"proxy_pass {stack.settings.internal_url};", f"proxy_pass {upstream};"))


def test_the_upstream_of_nginx_that_is_the_registrys_port_is_one_hop(stack_with: StackWith) -> None:
    stack = stack_with(None)
    document = on_host(stack, code=0)

    assert ["upstream", "registry"] in [hop["kinds"] for hop in document["hops"]]
    assert document["verdict"]["sentence"] == "Every hop is fine; no push was tried (--push)."


def test_an_nginx_that_passes_on_to_a_wrong_port_is_told_by_its_upstream(stack_with: StackWith) -> None:
    stack = stack_with(None)
    closed = f"http://127.0.0.1:{stack.settings.ports.closed}"
    stack.apply(
        Fault(
            title="nginx passes on to a port where nothing listens",
            check="upstream",
            failure_modes=(),
            files=lambda stack: passing_on_to(stack, closed),
        )
    )

    document = on_host(stack, code=1)

    assert document["verdict"]["starts_at"] == "upstream"
    assert document["verdict"]["sentence"].startswith("The refused connection starts at the proxy's upstream; ")
    assert document["verdict"]["sentence"].endswith("nginx passes it on as 502.")


def test_with_a_url_alone_what_can_be_asked_is_told_from_what_cannot(stack_with: StackWith) -> None:
    stack = stack_with(None)
    ca_file = ("--ca-file", str(stack.tree.ca_file))

    healthy = run(stack, stack.settings.registry_url, *ca_file, code=0)
    stack.processes.stop("registry")
    broken = run(stack, f"{stack.settings.public_host}/{PROJECT}:latest", *ca_file, code=1)

    assert healthy["verdict"]["sentence"] == (
        "Every hop that can be asked from here is fine: the public URL and the token service; "
        "no push was tried (--push)."
    )
    assert broken["verdict"]["sentence"].startswith("The 502 starts behind nginx, which gets no answer from there")
    assert not broken["verdict"]["certain"]


def test_a_registry_alone_is_one_hop(lone_registry: LoneRegistry, stack_with: StackWith) -> None:
    lone_registry.serve("")
    document = run(stack_with(None), lone_registry.url, code=0)

    assert states(document)["public URL"] == "fine"
    assert states(document)["token service"] == "not_tried"


def test_a_stopped_object_store_points_at_the_storage(stack_with: StackWith) -> None:
    document = on_host(stack_with("s3-stopped"), code=1)

    assert document["verdict"]["starts_at"] == "storage"


def test_tokens_that_the_registry_refuses_point_at_the_token_service(stack_with: StackWith) -> None:
    document = on_host(stack_with("gitlab-clock-ahead"), code=1)

    assert document["verdict"]["starts_at"] == "token"
    assert document["verdict"]["sentence"].startswith("The 401 starts at the token service; ")
