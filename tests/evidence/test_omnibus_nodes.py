"""Of several nodes, each has its part."""

from __future__ import annotations

from regdoctor.evidence.omnibus_nodes import OmnibusNodes
from regdoctor.formats.gitlab_rb import GitLabRb, parse_gitlab_rb

GITLAB = """
external_url 'https://gitlab.example.com'
registry['enable'] = false
gitlab_rails['registry_enabled'] = true
gitlab_rails['registry_host'] = 'r.example.com'
gitlab_rails['registry_api_url'] = 'http://10.0.0.12:5000'
gitlab_rails['registry_issuer'] = 'gitlab-issuer'
"""
REGISTRY = """
registry['enable'] = true
registry['token_realm'] = 'https://gitlab.example.com'
gitlab_rails['registry_issuer'] = 'omnibus-gitlab-issuer'
registry['http_secret'] = 'a-secret-of-%s'
"""


def rb(text: str, source: str) -> GitLabRb:
    return parse_gitlab_rb(text.encode(), source)


def test_gitlabs_own_node_tells_of_gitlab_and_the_others_of_the_registry() -> None:
    nodes = OmnibusNodes((rb(REGISTRY % "one", "/r1"), rb(GITLAB, "/g"), rb(REGISTRY % "two", "/r2")))
    gitlab = nodes.gitlab()

    assert gitlab is not None
    assert gitlab.source == "/g"
    assert [config.source for config in nodes.registries()] == ["/r1", "/r2"]


def test_one_node_has_both_parts() -> None:
    nodes = OmnibusNodes((rb("external_url 'https://g'\nregistry_external_url 'https://r'\n", "/both"),))
    gitlab = nodes.gitlab()

    assert gitlab is not None
    assert [gitlab.source, *(config.source for config in nodes.registries())] == ["/both", "/both"]


def test_a_node_without_a_registry_tells_of_none() -> None:
    assert OmnibusNodes((rb("external_url 'https://g'\n", "/g"),)).registries() == ()
