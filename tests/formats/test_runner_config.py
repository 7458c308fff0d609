"""GitLab Runner's config.toml: runners, their services and volumes, and no secret of theirs."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.located import UnreadableError
from regdoctor.formats.runner_config import parse_runner_config
from regdoctor.redaction import redact

FILE = b"""\
concurrent = 4
[[runners]]
  name = "builds"
  token = "glrt-abcdefghijklmnopqrst"
  executor = "docker"
  environment = ["DOCKER_AUTH_CONFIG={\\"auths\\":{\\"r.test\\":{\\"auth\\":\\"YWxpY2U6aG9yc2U=\\"}}}", "A=b", "plain"]
  [runners.cache.s3]
    AccessKey = "AKIAABCDEFGHIJKLMNOP"
    SecretKey = "correct-horse-battery-staple"
  [runners.docker]
    privileged = true
    volumes = ["/cache", "/etc/docker/certs.d:/etc/docker/certs.d:ro"]
    services = ["redis:7"]
[[runners]]
  executor = "docker"
  [runners.docker]
    [[runners.docker.services]]
      name = "docker:dind"
      command = ["--insecure-registry", "r.example.com:5000"]
"""


def test_runners_and_their_services_in_both_forms() -> None:
    one, other = parse_runner_config(FILE, "config.toml").runners()
    assert one.executor() == "docker"
    (short,) = one.services()
    assert short.image() is short.tree
    assert short.tree.text() == "redis:7"
    assert short.command() == ()
    image = other.services()[0].image()
    assert image is not None
    assert (image.text(), image.place.line) == ("docker:dind", 18)
    assert other.services()[0].command() == ("--insecure-registry", "r.example.com:5000")


def test_volumes_have_a_hosts_and_an_inner_side() -> None:
    one, other = parse_runner_config(FILE, "config.toml").runners()
    assert list(one.volumes()) == [("", "/cache"), ("/etc/docker/certs.d", "/etc/docker/certs.d")]
    assert list(other.volumes()) == []


@pytest.mark.parametrize("secret", ["glrt-abcdefgh", "YWxpY2U6aG9yc2U=", "AKIAABCDEFGHIJKLMNOP", "correct-horse"])
def test_secrets_are_wrapped_and_known_to_redaction(secret: str) -> None:
    config = parse_runner_config(FILE, "config.toml")
    assert secret not in repr(config)
    assert secret not in "".join(value.quote().quote for _, value in config.tree.walk())


def test_credentials_inside_a_variable_are_wiped_elsewhere_too() -> None:
    parse_runner_config(FILE, "config.toml")
    assert "YWxpY2U6aG9yc2U=" not in redact("a log said YWxpY2U6aG9yc2U= here")


def test_variables_that_are_no_secret_stay() -> None:
    config = parse_runner_config(FILE, "config.toml")
    variables = config.runners()[0].tree.at("environment")
    assert variables is not None
    assert [item.text() for item in variables.items()][1:] == ["A=b", "plain"]


def test_a_broken_file_is_one_line() -> None:
    with pytest.raises(UnreadableError, match=r"^config\.toml:2: not TOML"):
        parse_runner_config(b"[[runners]]\ntoken = secretly", "config.toml")


@given(st.integers(0, 700), st.binary(max_size=4))
def test_no_damage_to_a_file_crashes_the_reader(at: int, damage: bytes) -> None:
    with suppress(UnreadableError):
        for runner in parse_runner_config(FILE[:at] + damage + FILE[at + 1 :], "config.toml").runners():
            assert all(isinstance(service.command(), tuple) for service in runner.services())
            assert all(inner is not None for _, inner in runner.volumes())
