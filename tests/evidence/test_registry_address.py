"""The registry's address as clients write it."""

from __future__ import annotations

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.registry_address import registry_address
from regdoctor.formats.gitlab_yml import parse_gitlab_yml
from regdoctor.injection import Absent

NONE = Absent("not here", applicable=False)


def gitlab_says(text: str) -> object:
    """What GitLab's configuration says, and where."""
    return registry_address(NONE, parse_gitlab_yml(text.encode(), "gitlab.yml"))


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://Registry.example.com", ("registry.example.com", "registry.example.com:443")),
        ("https://registry.example.com:5050", ("registry.example.com:5050",)),
        ("https://[2001:db8::1]:5050", ("[2001:db8::1]:5050",)),
    ],
)
def test_what_was_named_comes_first(url: str, names: tuple[str, ...]) -> None:
    gitlab = parse_gitlab_yml(b"registry: {host: other.example.com}", "gitlab.yml")
    found = registry_address(Endpoints(Endpoint(url, Quote("x", url)), None, None, None), gitlab)

    assert found is not None
    assert found.names == names


def test_gitlab_knows_it_too() -> None:
    found = registry_address(NONE, parse_gitlab_yml(b"registry:\n  host: R.example.com\n  port: 5050\n", "gitlab.yml"))

    assert found is not None
    assert (found.host, found.port, [quote.line for quote in found.said_by]) == ("r.example.com", 5050, [2, 3])


@pytest.mark.parametrize("text", ["registry: {port: 5050}", "registry: {host: a, port: none}", "gitlab: {host: a}"])
def test_what_is_no_host_and_port_is_not_known(text: str) -> None:
    assert gitlab_says(text) is None
