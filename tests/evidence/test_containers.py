"""Registries in containers, whatever starts them."""

from __future__ import annotations

from regdoctor.check import Skip, Unknown
from regdoctor.evidence.containers import in_containers, none_found
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry
from regdoctor.formats.container_service import ContainerService
from regdoctor.formats.located import Place
from regdoctor.injection import Absent

NONE = Absent("no such file", applicable=False)
SERVICE = ContainerService("one", Place("c.yml"), None)
UNIT = ServiceEnvironment("x.service", container=ContainerService("two", Place("x.service"), None), problem="no file")


def test_those_of_compose_and_of_units_are_found() -> None:
    compose = ComposeFile("c.yml", registries=(ComposeRegistry(SERVICE),))
    assert [one.service.name for one in in_containers(compose, UNIT)] == ["one", "two"]
    assert in_containers(NONE, UNIT)[0].problem == "no file"
    assert in_containers(NONE, ServiceEnvironment("x.service")) == ()


def test_what_could_not_be_looked_at_is_unknown_and_nothing_is_skipped() -> None:
    assert none_found(NONE, Absent("permission denied")) == Unknown("permission denied")
    assert isinstance(none_found(NONE, NONE, ComposeFile("c.yml")), Skip)
