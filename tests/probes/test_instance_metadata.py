"""The credentials of a role come from the metadata services, by token where they demand one."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from regdoctor.http import Http
from regdoctor.probes.instance_metadata import metadata_url, role_of_container, role_of_machine
from regdoctor.redaction import Secret, redact

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
KEYS = {"Code": "Success", "AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": SECRET, "Token": "FwoGZXIvYXdz/7b"}
ROLES = "/latest/meta-data/iam/security-credentials/"


def machine(
    *, v1: bool = True, v2: bool = True, role: str = "registry", keys: bytes | None = None
) -> Callable[..., Any]:
    """A metadata service."""

    def route(seen: Any) -> tuple[int, dict[str, str], bytes]:
        headers = {name.lower(): value for name, value in seen.headers.items()}
        if seen.path == "/latest/api/token":
            return (200, {}, b"a-token") if v2 and seen.method == "PUT" else (404, {}, b"")
        if not (v1 or headers.get("x-aws-ec2-metadata-token") == "a-token"):
            return 401, {}, b""
        if seen.path == ROLES:
            return (200, {}, role.encode()) if role else (404, {}, b"")
        return 200, {}, json.dumps(KEYS).encode() if keys is None else keys

    return route


@pytest.mark.parametrize(("v1", "v2"), [(True, True), (False, True), (True, False)])
def test_the_role_of_the_machine(serve: Callable[..., Any], door: Http, *, v1: bool, v2: bool) -> None:
    keys, look = role_of_machine(door, serve(machine(v1=v1, v2=v2)).url)
    assert keys is not None
    assert (keys.access_key.reveal(), keys.secret_key.reveal()) == (KEYS["AccessKeyId"], SECRET)
    assert keys.session_token is not None
    assert (look.role, look.version_1, look.version_2, look.problem) == ("registry", v1, v2, "")
    assert SECRET not in redact(f"{keys} {look} {SECRET}")


def test_a_machine_without_a_role(serve: Callable[..., Any], door: Http) -> None:
    keys, look = role_of_machine(door, serve(machine(role="")).url)
    assert (keys, look.reached, look.problem) == (None, True, "no role is attached to this machine")
    assert look.no_role


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("failing", ["/latest/api/token", ROLES])
def test_a_service_that_is_unwell_is_no_proof_of_no_role(
    serve: Callable[..., Any], door: Http, status: int, failing: str
) -> None:
    well = machine(v1=False)
    server = serve(lambda seen: (status, {}, b"") if seen.path == failing else well(seen))
    keys, look = role_of_machine(door, server.url)
    assert (keys, look.no_role) == (None, False)
    assert look.problem


def test_a_service_that_does_not_answer_in_time_is_no_proof_of_no_role(door: Http) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        keys, look = role_of_machine(door, f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert (keys, look.reached, look.no_role) == (None, False, False)


def test_no_service_is_asked_once_only(serve: Callable[..., Any], door: Http) -> None:
    keys, look = role_of_machine(door, "http://127.0.0.1:9")
    assert (keys, look.reached) == (None, False)
    assert "no instance metadata service at http://127.0.0.1:9" in look.problem
    assert look.no_role


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"Code": "Failed"}', b"[" * 60000, b'{"AccessKeyId": 1}'])
def test_what_is_no_credentials_is_told(serve: Callable[..., Any], door: Http, body: bytes) -> None:
    keys, look = role_of_machine(door, serve(machine(keys=body)).url)
    assert keys is None
    assert "no credentials" in look.problem


def test_the_role_of_a_container_is_asked_with_its_token(serve: Callable[..., Any], door: Http) -> None:
    server = serve(lambda _: (200, {}, json.dumps(KEYS).encode()))
    keys, problem = role_of_container(door, f"{server.url}/creds", "", Secret("Bearer-of-the-task", "credentials"))
    assert keys is not None
    assert problem == ""
    assert server.seen[0].headers["Authorization"] == "Bearer-of-the-task"


@pytest.mark.parametrize("url", ["http://192.0.2.1/creds", "http://example.com/", "ftp://127.0.0.1/", "http://[bad"])
def test_the_token_of_a_container_goes_nowhere_else(door: Http, url: str) -> None:
    keys, problem = role_of_container(door, url, "", Secret("Bearer-of-the-task", "credentials"))
    assert keys is None
    assert "on the machine only" in problem


def test_the_address_of_the_service() -> None:
    assert metadata_url("", "") == "http://169.254.169.254"
    assert metadata_url("", "IPv6") == "http://[fd00:ec2::254]"
    assert metadata_url("http://127.0.0.1:1/", "") == "http://127.0.0.1:1"
