"""A certificate that is served alone, and says where its issuer is, misses its intermediate."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.tls.intermediate_missing import intermediate_missing
from regdoctor.lab.certificates import Authority

if TYPE_CHECKING:
    from tests.checks.conftest import Given
    from tests.checks.tls.conftest import Served

AIA = "http://pki.example.com/issuing.crt"
MISSING = (20, "unable to get local issuer certificate", 0)


def test_the_issuer_and_its_address_are_named(given: Given, served: Served) -> None:
    look = served.look(served.certificate(urls=(AIA,)), distrust=MISSING)
    fail = given.fail(intermediate_missing, looks=served.looks(look))
    assert served.intermediate in fail.message
    assert AIA in fail.message
    assert fail.remedy[Dialect.PLAIN].commands[0] == f"curl -sfo issuer.crt {AIA}"
    assert "/etc/gitlab/ssl/registry.example.com.crt" in fail.remedy[Dialect.OMNIBUS].commands[3]


def test_a_root_of_one_tier_is_as_likely_and_is_not_appended(given: Given, served: Served, tmp_path: Path) -> None:
    look = served.look(served.certificate(urls=(AIA,)), distrust=MISSING)
    fail = given.fail(intermediate_missing, looks=served.looks(look))
    assert "an intermediate that must be sent along, or a root that clients lack" in fail.message
    append = fail.remedy[Dialect.OMNIBUS].commands[3]
    give = fail.remedy[Dialect.OMNIBUS].commands[-1]
    root = Authority("own root")
    for pem, is_root in ((root.certificate, True), (Authority("middle", above=root).certificate, False)):
        (tmp_path / "issuer.pem").write_text(pem)
        did = [_would_run(command, tmp_path) for command in (append, give)]
        assert did == [not is_root, is_root]


def _would_run(command: str, folder: Path) -> bool:
    """Whether the shell comes to what the command does by sudo."""
    (folder / "sudo").write_text("#!/bin/sh\ntouch done\n")
    (folder / "sudo").chmod(0o755)
    (folder / "done").unlink(missing_ok=True)
    environment = {"PATH": f"{folder}:/usr/bin:/bin"}
    subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=environment, timeout=30, check=False)
    return (folder / "done").exists()


@pytest.mark.parametrize("urls", [(), ("ldap:///CN=issuing",), ("file:///etc/passwd",), ("http://a\n.example.com",)])
def test_without_a_web_address_it_cannot_be_told(given: Given, served: Served, urls: tuple[str, ...]) -> None:
    look = served.look(served.certificate(urls=urls), distrust=MISSING)
    given.passes(intermediate_missing, looks=served.looks(look))


def test_an_address_is_quoted_for_the_shell(given: Given, served: Served) -> None:
    look = served.look(served.certificate(urls=("http://a/$(reboot)'",)), distrust=MISSING)
    command = given.fail(intermediate_missing, looks=served.looks(look)).remedy[Dialect.PLAIN].commands[0]
    assert command == """curl -sfo issuer.crt 'http://a/$(reboot)'"'"''"""


@pytest.mark.parametrize("backwards", [False, True])
def test_a_chain_in_any_order_is_whole(given: Given, served: Served, backwards: bool) -> None:
    upper = [served.authority(urls=(AIA,)), served.authority(served.root, served.root)]
    if backwards:
        upper.reverse()
    look = served.look(served.certificate(urls=(AIA,)), *upper, distrust=(19, "self-signed in chain", 2))
    given.passes(intermediate_missing, looks=served.looks(look))


def test_what_docker_accepts_misses_nothing(given: Given, served: Served) -> None:
    given.passes(intermediate_missing, looks=served.looks(served.look(served.certificate(urls=(AIA,)))))


def test_without_a_certificate_nothing_is_known(given: Given, served: Served) -> None:
    given.unknown(intermediate_missing, looks=served.looks(served.broken("alert")))
