"""The names by which containers of a project know each other."""

from __future__ import annotations

import pytest

from regdoctor.formats.compose_file import parse_compose_file
from regdoctor.formats.compose_names import known_names
from regdoctor.formats.located import UndecidedError

PROJECT = b"""
services:
  Registry: {image: "registry:2", container_name: reg-1, networks: {web: {aliases: [hub]}}}
  proxy: {image: nginx, links: ["db:database"], extra_hosts: ["store=192.0.2.7"]}
  other: {image: nginx, hostname: front}
"""


def test_services_containers_aliases_and_what_one_is_told_of() -> None:
    project = parse_compose_file([(PROJECT, "compose.yml")])
    everybodys = {"registry", "proxy", "other", "reg-1", "hub", "front"}
    assert known_names(project, project.services[0]) == everybodys
    assert known_names(project, project.services[1]) == everybodys | {"db", "database", "store", "192.0.2.7"}


def test_a_name_that_is_worked_out_at_run_time_leaves_it_open() -> None:
    project = parse_compose_file([(b"services: {a: {image: x, container_name: '${NAME}'}}", "compose.yml")])
    with pytest.raises(UndecidedError, match="NAME"):
        known_names(project, project.services[0])
