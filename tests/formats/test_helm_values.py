"""Values of GitLab's chart: files laid over each other as Helm does, and told from those of other charts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats import yaml_tree
from regdoctor.formats.helm_values import HelmValues, is_chart_values, parse_helm_values
from regdoctor.formats.located import UndecidedError, UnreadableError

BASE = b"""\
registry:
  hpa: {minReplicas: 2, maxReplicas: 10}
  image: {tag: v4.39.0-gitlab}
  ingress:
    hosts: [a, b]
  draintimeout: 60s
"""
OVER = b"""\
registry:
  hpa:
    minReplicas: 5
  ingress: {hosts: [c]}
  draintimeout: null
"""


def _values(*texts: bytes) -> HelmValues:
    return parse_helm_values([(text, f"/v/{number}.yaml") for number, text in enumerate(texts, 1)])


def test_later_files_win_with_their_own_file_and_line() -> None:
    found = _values(BASE, OVER)
    least, most = found.at("registry", "hpa", "minReplicas"), found.at("registry", "hpa", "maxReplicas")
    assert least is not None
    assert most is not None
    assert (least.text(), least.place.source, least.place.line) == ("5", "/v/2.yaml", 3)
    assert (most.text(), most.place.source, most.place.line) == ("10", "/v/1.yaml", 2)
    assert least.name == "registry.hpa.minReplicas"
    assert found.sources == ("/v/1.yaml", "/v/2.yaml")


def test_lists_are_replaced_and_null_takes_away() -> None:
    found = _values(BASE, OVER)
    hosts = found.at("registry", "ingress", "hosts")
    assert hosts is not None
    assert [item.text() for item in hosts.items()] == ["c"]
    assert found.at("registry", "draintimeout") is None


def test_the_images_tag_is_to_be_had() -> None:
    tag = _values(BASE).image_tag()
    assert tag is not None
    assert tag.text() == "v4.39.0-gitlab"
    assert _values(OVER).image_tag() is None


@pytest.mark.parametrize("text", ["{{ .Values.host }}", "${HOST}", "<%= host %>"])
def test_what_another_program_fills_in_is_not_known(text: str) -> None:
    value = _values(f"registry:\n  authEndpoint: '{text}'\n".encode()).at("registry", "authEndpoint")
    assert value is not None
    with pytest.raises(UndecidedError, match=r"registry\.authEndpoint"):
        value.text()


def test_secrets_are_wrapped_and_names_of_kubernetes_secrets_are_not() -> None:
    found = _values(
        b"registry:\n"
        b"  httpSecret: {secret: name-of-it, key: value}\n"
        b"  notifications: {endpoints: [{headers: {Authorization: [planted-header]}}]}\n"
        b"  reporting: {sentry: {dsn: planted-dsn}}\n"
        b"global: {redis: {password: planted-password, auth: {secret: other-name}}}\n"
    )
    shown = [value.quote().quote for _, value in found.tree.walk()]
    assert not [text for text in shown if "planted" in text]
    assert any("name-of-it" in text for text in shown)
    assert any("other-name" in text for text in shown)


@pytest.mark.parametrize(
    "text",
    [
        "global: {hosts: {domain: example.com}}",
        "global: {edition: ce}",
        "global: {registry: {tokenIssuer: x}}",
        "registry: {authEndpoint: https://gitlab.example.com}",
        "registry: {storage: {secret: registry-storage}}",
    ],
)
def test_values_of_gitlabs_chart_are_recognised(text: str) -> None:
    assert is_chart_values(yaml_tree.parse(text.encode(), "values.yaml"))


@pytest.mark.parametrize(
    "text",
    [
        "replicaCount: 1",
        "global: {imageRegistry: docker.io}",
        "global: some text",
        "registry: docker.io",
        "image: {registry: ghcr.io}",
        "expose: {type: ingress}\nregistry: {relativeurls: true, hpa: {}}\n",
        "",
    ],
)
def test_values_of_other_charts_are_not(text: str) -> None:
    assert not is_chart_values(yaml_tree.parse(text.encode(), "values.yaml"))


def test_a_broken_file_is_one_line() -> None:
    with pytest.raises(UnreadableError, match=r"^/v/1\.yaml:1: "):
        _values(b"registry: [")


@given(st.lists(st.binary(max_size=200), max_size=3))
def test_no_input_crashes_the_reader(texts: list[bytes]) -> None:
    try:
        found = _values(*texts)
    except UnreadableError:
        return
    is_chart_values(found.tree)
