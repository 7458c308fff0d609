"""A login that docker, podman, a credential helper or a CI job keeps is used, and is in nothing that is written."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from regdoctor.lab.stack import Stack
from tests.canaries import leaks
from tests.e2e.canary_runs import REPORTS, Place, side_by_side
from tests.e2e.command_lines import command_lines_watched

StackWith = Callable[[str | None], Stack]
SECRETS = {
    "docker's password": "canary-of-docker-1f0e7c",
    "podman's password": "canary-of-podman-44b10d",
    "docker's identity token": "canary-identity-9055aa",
    "the helper's password": "canary-of-helper-c231b7",
    "the job's token": "canary-of-job-e8d512",
    "a password for another registry": "canary-elsewhere-77ab12",
}


def entry(secret: str, **more: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"lab:{secret}".encode()).decode(), **more}


def helper(place: Place, answer: str) -> Mapping[str, str]:
    """A helper that keeps this, and writes down what it was called with; gives the variables by which it is found."""
    place.plant("answer", answer)
    seen = place.folder.with_name(f"{place.folder.name}-seen")
    look = f'cat /proc/self/environ /proc/[0-9]*/cmdline > "{seen}" 2>/dev/null'
    script = f'#!/bin/sh\n{look}\ncat "{place.folder}/answer"\n'
    program = place.plant("bin/docker-credential-lab", script, 0o755)
    return {"PATH": f"{program.parent}:/usr/bin:/bin"}


def test_no_stored_login_is_in_anything_that_is_written(stack_with: StackWith, tmp_path: Path) -> None:
    stack = stack_with(None)
    host = stack.settings.public_host
    elsewhere = {"elsewhere.example": entry(SECRETS["a password for another registry"])}
    job = {"CI_REGISTRY": host, "CI_JOB_TOKEN": SECRETS["the job's token"]}
    places = {
        name: Place(tmp_path / name, variables)
        for name, variables in {"docker": {}, "podman": {}, "identity": {}, "job": job}.items()
    }

    def config(place: Place, file: str, stored: Mapping[str, str], **more: str) -> None:
        place.plant(file, json.dumps({"auths": {**elsewhere, host: stored}, **more}))

    docker = "home/.docker/config.json"
    config(places["docker"], docker, entry(SECRETS["docker's password"]))
    config(places["podman"], "runtime/containers/auth.json", entry(SECRETS["podman's password"]))
    config(places["identity"], docker, entry("", identitytoken=SECRETS["docker's identity token"]))
    told = json.dumps({"ServerURL": host, "Username": "lab", "Secret": SECRETS["the helper's password"]})
    for name, answer in {"helper": told, "broken": told[:-3]}.items():
        bare = Place(tmp_path / name)
        places[name] = Place(tmp_path / name, helper(bare, answer), bare.planted)
        config(places[name], docker, {}, credsStore="lab")

    url, trust = stack.settings.registry_url, ("--ca-file", str(stack.tree.ca_file))
    words = ("check", "auth", "--registry", url, *trust, "--verbose", *REPORTS, "--format", "human")
    with command_lines_watched() as lines:
        runs = side_by_side({name: (place, words, "") for name, place in places.items()})

    assert leaks(lines, SECRETS) == []
    for name, run in runs.items():
        assert leaks(run.written, SECRETS) == [], name
        assert "Traceback" not in run.told, run.told
    for name in ("helper", "broken"):
        seen = {"the helper's environment and all command lines": (tmp_path / f"{name}-seen").read_bytes()}
        assert leaks(seen, SECRETS) == []
    used = {
        "docker": "config.json",
        "podman": "auth.json",
        "identity": "identity token",
        "job": "CI_JOB_TOKEN of this job",
        "helper": "docker-credential-lab",
    }
    for name, words_of_it in used.items():
        assert words_of_it in " ".join(runs[name].told.split()), runs[name].told
