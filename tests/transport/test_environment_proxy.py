"""Whether the environment sends requests for a URL through a proxy."""

from __future__ import annotations

import pytest

from regdoctor.transport.environment_proxy import goes_through_proxy


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, False),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, True),
        ({"https_proxy": "http://proxy.example:3128"}, True),
        ({"HTTP_PROXY": "http://proxy.example:3128"}, False),
        ({"ALL_PROXY": "socks5://proxy.example:1080"}, True),
        ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": ".example.com"}, False),
        ({"HTTPS_PROXY": "http://proxy.example:3128", "NO_PROXY": "other.example"}, True),
    ],
)
def test_the_variables_decide(variables: dict[str, str], expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert goes_through_proxy("https://registry.example.com:5050") is expected


def test_loopback_goes_through_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert not goes_through_proxy("https://localhost:5050")
