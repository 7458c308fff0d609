"""A capability that containerd does not know is a finding with its line; what it knows passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.clients.hosts_toml_malformed import hosts_toml_malformed
from regdoctor.formats.hosts_toml import HostsTomls, parse_hosts_toml

if TYPE_CHECKING:
    from tests.checks.conftest import Given


def _hosts(capabilities: str, top: str = "") -> HostsTomls:
    text = f'{top}\n[host."https://mirror.example.com"]\n  {capabilities}\n'
    return HostsTomls((parse_hosts_toml(text.encode(), "/etc/containerd/certs.d/r/hosts.toml"),))


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ('capabilities = ["pul"]', 'capabilities = ["pull"]'),
        ('capabilities = ["pull", "resolv"]', 'capabilities = ["pull", "resolve"]'),
        ('capabilities = ["read"]', 'capabilities = ["pull", "resolve"]'),
        ('capabilities = "pull"', 'capabilities = ["pull"]'),
    ],
)
def test_what_containerd_does_not_take_is_a_finding(given: Given, written: str, mended: str) -> None:
    fail = given.fail(hosts_toml_malformed, hosts=_hosts(written))
    assert fail.evidence[0].line == 3
    assert fail.remedy[Dialect.PLAIN].commands == (mended,)


def test_the_servers_own_capabilities_are_judged_too(given: Given) -> None:
    fail = given.fail(hosts_toml_malformed, hosts=_hosts("skip_verify = true", 'capabilities = ["puhs"]'))
    assert '"puhs" is no capability' in fail.message
    assert fail.evidence[0].line == 1


@pytest.mark.parametrize("written", ['capabilities = ["pull", "resolve", "push"]', 'capabilities = ["Pull"]', "ca = 1"])
def test_what_containerd_knows_passes(given: Given, written: str) -> None:
    given.passes(hosts_toml_malformed, hosts=_hosts(written))
