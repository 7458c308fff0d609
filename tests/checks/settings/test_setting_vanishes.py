"""What is valid today and gone tomorrow is told for the product that is installed, and for no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Skip
from regdoctor.checks.settings.setting_vanishes import setting_vanishes
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Computed, Located, Place

if TYPE_CHECKING:
    from tests.checks.conftest import Given

V2, V3, GITLAB = Generation


@pytest.mark.parametrize(
    ("text", "generation", "resource", "mode"),
    [
        ("loglevel: debug", V2, "loglevel", "CFG-07"),
        ("storage: {cache: {layerinfo: inmemory}}", GITLAB, "storage.cache.layerinfo", "CFG-11"),
        ("storage: {swift: {region: r}}", V2, "storage.swift", "S3-39"),
        ("storage: {oss: {}}", V2, "storage.oss", "S3-39"),
        ("redis: {addr: 'r:6379'}", V2, "redis.addr", "RED-01"),
        ("reporting: {bugsnag: {apikey: k}}", V2, "reporting.bugsnag", "CFG-04"),
        ("compatibility: {schema1: {signingkeyfile: /k}}", V2, "compatibility.schema1.signingkeyfile", "MAN-02"),
        ("notifications: {endpoints: [{}, {threshold: 5}]}", GITLAB, "notifications.endpoints.1.threshold", "NOT-03"),
    ],
)
def test_what_vanishes_is_told(given: Given, text: str, generation: Generation, resource: str, mode: str) -> None:
    (found,) = given.fails(setting_vanishes, config=given.config(text), product=given.product(generation))
    assert (found.resource, found.failure_modes) == (resource, (mode,))
    assert found.evidence[0].line == 1


@pytest.mark.parametrize(
    ("text", "generation"),
    [
        ("log: {level: debug}", V2),
        ("redis: {addr: 'r:6379'}", GITLAB),
        ("storage: {oss: {}}", V3),
        ("notifications: {endpoints: [{threshold: 5}]}", V2),
        ("notifications: {endpoints: [{maxretries: 5}]}", GITLAB),
        ("redis:", V2),
    ],
)
def test_what_lasts_passes(given: Given, text: str, generation: Generation) -> None:
    assert given.fails(setting_vanishes, config=given.config(text), product=given.product(generation)) == []


def test_the_remedy_keeps_the_value_under_the_name_that_lasts(given: Given) -> None:
    config = given.config("notifications: {endpoints: [{}, {threshold: 5}]}")
    (found,) = given.fails(setting_vanishes, config=config, product=given.product(GITLAB))
    assert found.remedy[Dialect.OMNIBUS].commands[0] == "registry['notifications'][1]['maxretries'] = 5"


def test_without_the_product_it_does_not_apply(given: Given) -> None:
    (found,) = given.outcomes(setting_vanishes, config=given.config("loglevel: info"), product=given.product())
    assert isinstance(found, Skip)


def test_a_value_that_is_computed_keeps_its_remedy(given: Given) -> None:
    place = Place("g.rb", 4)
    threshold = Located(Computed("ENV['X']"), place, "notifications.endpoints.0.threshold")
    endpoints = Located((Located({"threshold": threshold}, place),), place)
    tree = Located({"notifications": Located({"endpoints": endpoints}, place)}, place)
    config = replace(given.config("version: 0.1"), tree=tree)
    (found,) = given.fails(setting_vanishes, config=config, product=given.product(GITLAB))
    assert "Write notifications.endpoints.0.maxretries in the place of" in found.remedy[Dialect.PLAIN].text
