"""`regdoctor token request` on the lab: what GitLab grants, what can be pulled with it, and where no login is sent."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from regdoctor.lab.material import LOGIN, PROJECT
from regdoctor.lab.stack import Stack
from tests.e2e import warm_runs

StackWith = Callable[[str | None], Stack]
OTHER = "elsewhere/project"
IDENTITY = "canary-of-an-identity-token-9c"


def request(stack: Stack, folder: Path, url: str, *words: str, **variables: str) -> CompletedProcess[str]:
    """`token request` in a home of its own; neither the password nor a token is in what it writes."""
    names = ("DOCKER_CONFIG", "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE", "XDG_CONFIG_HOME")
    kept = {name: value for name, value in os.environ.items() if name not in names and not name.startswith("CI_")}
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "XDG_STATE_HOME": str(folder / "state")}
    done = warm_runs.run(
        ["token", "request", url, *words, "--ca-file", str(stack.tree.ca_file)],
        stdin=f"{stack.material.password}\n",
        environment={**kept, **home, "COLUMNS": "400", **variables},
    )
    assert "Traceback" not in done.stderr, done.stderr
    for secret in (stack.material.password, IDENTITY, "eyJ"):
        assert secret not in done.stdout + done.stderr
    return done


def test_what_gitlab_grants_of_several_scopes_is_told_and_what_it_grants_is_pulled(
    stack_with: StackWith, tmp_path: Path
) -> None:
    stack = stack_with(None)
    url, by_hand = stack.settings.registry_url, ("--username", LOGIN, "--password-stdin")

    def told(*words: str) -> tuple[int, str, list[str]]:
        done = request(stack, tmp_path, url, *words, "--format", "json")
        document = json.loads(done.stdout)
        return done.returncode, document["sentence"], document["request"]["walked"]

    code, sentence, walked = told(f"{PROJECT}:pull,push", f"{PROJECT}/base:pull", *by_hand)
    assert (code, sentence) == (0, "The registry accepts this token")
    assert walked[2].startswith(f"GET {url}/v2/{PROJECT}/tags/list?n=1 → 200")
    assert walked[3].startswith(f"GET {url}/v2/{PROJECT}/base/tags/list?n=1 → 404")

    code, sentence, walked = told(f"{PROJECT}:pull", f"{OTHER}:pull,push", *by_hand)
    less = f"less was granted than asked for: nothing of pull,push on {OTHER}"
    assert (code, sentence) == (1, f"The registry accepts this token; {less}")
    assert OTHER not in " ".join(walked)

    code, sentence, walked = told(PROJECT, "--anonymous")
    assert (code, len(walked)) == (1, 2)
    assert sentence.endswith(f"nothing of pull on {PROJECT}")


@pytest.mark.parametrize(
    ("kind", "entry"), [("password", {}), ("identity token", {"identitytoken": IDENTITY})], ids=["password", "identity"]
)
def test_a_stored_login_does_not_go_by_http_to_a_realm_on_another_host(
    stack_with: StackWith, tmp_path: Path, kind: str, entry: dict[str, str]
) -> None:
    stack = stack_with("realm-http")
    auth = base64.b64encode(f"{LOGIN}:{stack.material.password}".encode()).decode()
    # Of the realm's http://localhost this is another host, although it is the same machine.
    host = f"127.0.0.1:{stack.settings.ports.public}"
    stored = json.dumps({"auths": {host: {"auth": auth, **entry}}})

    done = request(stack, tmp_path, f"https://{host}", PROJECT, DOCKER_AUTH_CONFIG=stored)

    assert (done.returncode, done.stdout) == (3, "")
    realm = f"http://localhost:{stack.settings.ports.gitlab}"
    assert f"the {kind} was not sent: the realm {realm} is not HTTPS, and not the registry's own host" in done.stderr
    assert "--send-credentials-to localhost would send it there in clear" in done.stderr

    # GitLab has TLS alone there: what is sent by name gets no token.
    done = request(
        stack, tmp_path, f"https://{host}", PROJECT, "--send-credentials-to", "localhost", DOCKER_AUTH_CONFIG=stored
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "the token service gave no token" in done.stderr
