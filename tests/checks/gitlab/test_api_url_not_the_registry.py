"""An address that cannot be the registry's is a finding; what a proxy could make right is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect
from regdoctor.checks.gitlab.api_url_not_the_registry import api_url_not_the_registry
from regdoctor.evidence.installation import Installation
from regdoctor.formats.compose_file import ComposeRegistry, parse_compose_file
from regdoctor.formats.docker_gitlab import gitlab_config_of
from regdoctor.formats.located import Computed, Located, Place, UndecidedError

if TYPE_CHECKING:
    from tests.checks.conftest import Given

PLAIN = "version: 0.1\nhttp:\n  addr: 127.0.0.1:5000\n"
TLS = "version: 0.1\nhttp:\n  addr: :5000\n  tls:\n    certificate: /certs/registry.crt\n"
APART = Installation(Path("/r"), Dialect.OMNIBUS, live=False, gitlab_yml=Path("/g/gitlab.yml"), gitlab_root=Path("/g"))


def yml(api_url: str, port: str = "5050") -> str:
    return f"registry:\n  enabled: true\n  port: {port}\n  api_url: {api_url}\n"


@pytest.mark.parametrize(
    ("config", "api_url"),
    [
        (PLAIN, "http://127.0.0.1:5000"),
        (PLAIN, "http://localhost:5000/"),
        (PLAIN, "https://registry.example.com"),
        (PLAIN, "https://registry.example.com:5000"),
        (PLAIN, "http://10.0.0.7:5000"),
        (PLAIN, "https://localhost:5050"),
        (TLS, "https://registry.example.com:5000"),
        (TLS, "https://localhost:5000"),
        ("version: 0.1\nhttp: {addr: /run/registry.sock, net: unix}\n", "http://localhost:5000"),
    ],
)
def test_what_may_be_the_registry_passes(given: Given, config: str, api_url: str) -> None:
    assert given.passes(
        api_url_not_the_registry,
        config=given.config(config),
        gitlab=given.gitlab(yml(api_url)),
        installation=given.installation(Dialect.SOURCE),
    )


@pytest.mark.parametrize(
    "api_url", ["registry.example.com:5000", "gitlab-registry.svc:5000", "https:/x", "http://h:port"]
)
def test_no_url_is_a_finding_without_any_registry(given: Given, api_url: str) -> None:
    fail = given.fail(api_url_not_the_registry, gitlab=given.gitlab(yml(api_url)), installation=given.installation())

    assert "no URL" in fail.message
    assert fail.evidence[0].line == 4
    assert fail.failure_modes == ("GL-03",)


@pytest.mark.parametrize(
    ("config", "api_url", "mode", "right"),
    [
        (PLAIN, "http://127.0.0.1:5001", "GL-03", "http://127.0.0.1:5000"),
        (TLS, "http://localhost:5001", "GL-03", "https://localhost:5000"),
        (TLS, "http://localhost:5000", "TLS-07", "https://localhost:5000"),
        (TLS, "http://registry.example.com:5000", "TLS-07", "https://registry.example.com:5000"),
        (PLAIN, "https://localhost:5000", "TLS-07", "http://localhost:5000"),
    ],
)
def test_another_port_or_scheme_is_a_finding_with_both_sides(
    given: Given, config: str, api_url: str, mode: str, right: str
) -> None:
    fail = given.fail(
        api_url_not_the_registry,
        config=given.config(config),
        gitlab=given.gitlab(yml(api_url)),
        installation=given.installation(Dialect.SOURCE),
    )

    assert fail.failure_modes == (mode,)
    assert [quote.source.rpartition("/")[2] for quote in fail.evidence] == ["gitlab.yml", "config.yml"]
    assert fail.remedy[Dialect.PLAIN].commands[0].endswith(right)


def test_gitlabs_own_default_counts_where_nothing_is_set(given: Given) -> None:
    fail = given.fail(
        api_url_not_the_registry,
        config=given.config("http: {addr: localhost:5010}\n"),
        gitlab=given.gitlab("registry: {enabled: true}\n"),
        installation=given.installation(Dialect.SOURCE),
    )
    assert "port 5000" in fail.message


def test_loopback_on_separate_nodes_leads_gitlab_to_itself(given: Given) -> None:
    asked = {"config": given.config(PLAIN), "gitlab": given.gitlab(yml("http://127.0.0.1:5000"))}

    assert "its own node" in given.fail(api_url_not_the_registry, **asked, installation=APART).message
    own = Installation(Path("/g"), Dialect.OMNIBUS, live=False, registry_config=Path("/g/config.yml"))
    given.passes(api_url_not_the_registry, **asked, installation=replace(APART, others=(own,)))


def test_a_containers_loopback_is_not_compared(given: Given) -> None:
    given.passes(
        api_url_not_the_registry,
        config=given.config(PLAIN),
        gitlab=given.gitlab(yml("http://localhost:5001")),
        installation=given.installation(Dialect.COMPOSE),
    )


def test_what_the_chart_derives_is_not_judged(given: Given) -> None:
    computed = Located(Computed("the service of the registry"), Place("values.yaml"), "registry.api_url")
    told = given.gitlab("registry: {enabled: true}\n")
    switched_on = Located(True, Place("values.yaml"), "registry.enabled")
    block = Located({"enabled": switched_on, "api_url": computed}, Place("values.yaml"), "registry")
    gitlab = replace(told, settings=Located({"registry": block}, Place("values.yaml")))

    given.skips(api_url_not_the_registry, gitlab=gitlab, installation=given.installation(Dialect.HELM))
    with pytest.raises(UndecidedError):
        given.outcome(api_url_not_the_registry, gitlab=gitlab, installation=given.installation(Dialect.OMNIBUS))


def test_a_registry_that_is_switched_off_is_not_asked(given: Given) -> None:
    gitlab = given.gitlab("registry: {enabled: false, api_url: nonsense}\n")
    given.skips(api_url_not_the_registry, gitlab=gitlab, installation=given.installation())


def _project(given: Given, api_url: str, *, gitlab: str = "", registry: str = "", tls: str = "") -> dict[str, object]:
    """Evidence of a Compose project with sameersbn/gitlab and a registry of its own."""
    text = (
        "services:\n  gitlab:\n    image: sameersbn/gitlab:17.6.0\n"
        f"{gitlab}    environment:\n      GITLAB_REGISTRY_ENABLED: 'true'\n      GITLAB_REGISTRY_API_URL: {api_url}\n"
        f"  registry:\n    image: registry:2\n    container_name: store\n{registry}"
    )
    project = parse_compose_file([(text.encode(), "compose.yml")])
    config = given.config(
        f"version: 0.1\nhttp:\n  addr: :5000\n{tls}auth:\n  token: {{realm: 'https://g.example.com/jwt/auth'}}\n",
        "compose.yml",
    )
    registries = tuple(ComposeRegistry(service, config) for service in project.registry_services())
    return {
        "gitlab": gitlab_config_of(project),
        "config": config,
        "installation": given.installation(Dialect.COMPOSE),
        "compose": replace(project, registries=registries),
    }


TLS_PART = "  tls:\n    certificate: /c.crt\n"


@pytest.mark.parametrize(
    ("api_url", "tls", "words", "mended"),
    [
        ("http://localhost:5000", "", "into its own container", "http://registry:5000"),
        ("http://registry:5001", "", "to port 5001 of registry", "http://registry:5000"),
        ("https://registry:5000", "", "no TLS", "http://registry:5000"),
        ("http://store:5000", TLS_PART, "has TLS", "https://store:5000"),
        ("http://127.0.0.1:5000", TLS_PART, "into its own container", "https://registry:5000"),
    ],
)
def test_between_services_name_port_and_scheme_must_fit(
    given: Given, api_url: str, tls: str, words: str, mended: str
) -> None:
    fail = given.fail(api_url_not_the_registry, **_project(given, api_url, tls=tls))

    assert words in fail.message
    assert fail.evidence[0].line == 6
    assert fail.remedy[Dialect.COMPOSE].commands == (f"GITLAB_REGISTRY_API_URL: {mended}",)


@pytest.mark.parametrize("api_url", ["http://registry:5000", "http://store:5000/", "https://registry.example.com"])
def test_the_registrys_service_by_any_of_its_names_passes(given: Given, api_url: str) -> None:
    given.passes(api_url_not_the_registry, **_project(given, api_url))


@pytest.mark.parametrize(
    ("gitlab", "registry"),
    [
        ("    network_mode: host\n", ""),
        ("    network_mode: service:registry\n", ""),
        ("", "    network_mode: service:gitlab\n"),
    ],
)
def test_a_shared_network_has_one_loopback(given: Given, gitlab: str, registry: str) -> None:
    asked = _project(given, "http://localhost:5000", gitlab=gitlab, registry=registry)
    given.passes(api_url_not_the_registry, **asked)
