"""No secret of a stack is in any byte that regdoctor writes, healthy or broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from regdoctor.lab.advice import check_arguments
from regdoctor.lab.login import USERS
from regdoctor.lab.material import PROJECT
from regdoctor.lab.stack import Stack
from tests.canaries import leaks
from tests.e2e.canary_runs import REPORTS, Place, side_by_side
from tests.e2e.command_lines import command_lines_watched

StackWith = Callable[[str | None], Stack]
FAULTS = (
    None,
    "token-key-mismatch",
    "realm-html",
    "realm-http",
    "login-denied",
    "basic-auth",
    "s3-head-forbidden",
    "secrets-not-applied",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_no_secret_is_in_anything_that_is_written(stack_with: StackWith, fault: str | None, tmp_path: Path) -> None:
    stack = stack_with(fault)
    secrets = plant(stack)
    url, password = stack.settings.registry_url, stack.material.password
    trust = ("--ca-file", str(stack.tree.ca_file))
    login = ("--username", "lab", "--password-stdin")
    commands = {
        "all": (*check_arguments(stack, stack.fault), "--allow-writes", "--verbose", *REPORTS, "--format", "short"),
        "auth": ("check", "auth", "--registry", url, *trust, *login, "--verbose", *REPORTS),
        "token": ("token", "request", url, f"{PROJECT}:pull,push", *trust, *login, "--format", "json"),
        "hops": ("hops", url, *trust, *login),
    }

    with command_lines_watched() as lines:
        runs = side_by_side({name: (Place(tmp_path / name), words, password) for name, words in commands.items()})

    assert leaks(lines, secrets) == []
    for name, run in runs.items():
        assert leaks(run.written, secrets) == [], name
        for place, content in run.written.items():
            assert b"eyJ" not in content, f"a token, or a part of one, in {name}: {place}"
            assert b"PRIVATE KEY" not in content, f"{name}: {place}"
        assert "Traceback" not in run.told, run.told
        assert run.written["stdout"] + run.written["stderr"]
    for name in ("all", "auth"):
        assert json.loads(runs[name].written["work/report.json"].partition(b"\n")[2])["outcomes"]
        assert {f"work/report.{form}" for form in ("human", "short")} <= runs[name].written.keys()


def plant(stack: Stack) -> dict[str, str]:
    """Every secret of the stack, and some more put into its files; the registry runs on with what it has read."""
    extra = {
        "redis password": "canary-redis-7c1f0e",
        "notification header": "canary-header-0d44b1",
        "proxy password": "canary-proxy-55aa90",
        "password in the realm": "canary-in-realm-31b7c2",
    }
    config = stack.tree.config_yml
    config.write_text(
        config.read_text().replace("realm: https://", f"realm: https://someone:{extra['password in the realm']}@")
        + f"redis:\n  password: {extra['redis password']}\n"
        + "notifications:\n  endpoints:\n    - name: canary\n      url: http://127.0.0.1:9/\n      headers:\n"
        + f"        Authorization: [{extra['notification header']}]\n"
        + f"proxy:\n  remoteurl: https://someone:{extra['proxy password']}@mirror.example.com\n"
    )
    users = json.loads((stack.folder / USERS).read_text())
    identity = stack.store.identities[stack.settings.identity]
    body = stack.tree.signing_key.read_text().splitlines()[1:-2]
    return {
        **extra,
        **{f"line {number} of the signing key": line for number, line in enumerate(body, 1)},
        **{f"password of {name} at GitLab": str(user["password"]) for name, user in users.items()},
        "login password": stack.material.password,
        "http secret": stack.material.http_secret,
        "secret key": identity.secret_key,
        "access key": identity.access_key,
    }
