"""What a Compose file gives to the real registry 2.8: a variable with a space sets nothing, and nothing says so."""

from __future__ import annotations

import pytest

from regdoctor.formats.compose_file import parse_compose_file
from regdoctor.formats.image_defaults import default_config
from tests.e2e.lone_registry import LoneRegistry


@pytest.mark.parametrize(
    ("item", "status", "words"),
    [
        ("REGISTRY_STORAGE_DELETE_ENABLED=true", 404, "MANIFEST_UNKNOWN"),
        ("REGISTRY_STORAGE_DELETE_ENABLED = true", 405, "The operation is unsupported."),
    ],
)
def test_a_variable_with_a_space_leaves_the_setting_as_it_is(
    lone_registry: LoneRegistry, item: str, status: int, words: str
) -> None:
    text = f"""\
services:
  registry:
    image: registry:2.8.3
    environment:
      - REGISTRY_HTTP_ADDR=127.0.0.1:{lone_registry.port}
      - REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY={lone_registry.folder}/data
      - {item}
"""
    (service,) = parse_compose_file([(text.encode(), "compose.yml")]).registry_services()
    lone_registry.write_whole((default_config("registry:2.8.3") or b"").decode())
    assert lone_registry.start({one.name: str(one.value) for one in service.variables}), lone_registry.log
    answer = lone_registry.ask("DELETE", f"/v2/a/manifests/sha256:{'0' * 64}")
    assert (answer.status, words in answer.body.decode()) == (status, True), answer.body
    assert "Ignoring unrecognized" not in lone_registry.log
