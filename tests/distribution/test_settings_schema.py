"""What the tables know, and what they say was meant."""

from __future__ import annotations

import pytest

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_schema import Setting, children, generations_knowing, known, readers_of
from regdoctor.distribution.settings_tables import SECTIONS, STORAGE

V2, V3, GITLAB = Generation


def _path(name: str) -> tuple[str, ...]:
    return tuple(name.split("."))


@pytest.mark.parametrize(
    ("name", "kind", "generations"),
    [
        ("version", "text", {V2, V3, GITLAB}),
        ("http.relativeurls", "bool", {V2, V3, GITLAB}),
        ("http", "map", {V2, V3, GITLAB}),
        ("http.debug.tls", "map", {GITLAB}),
        ("http.tls.clientauth", "text", {V3}),
        ("http.headers.X-Content-Type-Options.0", "headers", {V2, V3, GITLAB}),
        ("log.fields.any_key.at.all", "free", {V2, V3, GITLAB}),
        ("log.hooks.0.options.smtp.addr", "text", {V2, V3, GITLAB}),
        ("middleware.storage.0.options.baseurl", "free", {V2, V3, GITLAB}),
        ("middleware.storage.0.name", "text", {V2, V3, GITLAB}),
        ("notifications.endpoints.3.maxretries", "int", {GITLAB}),
        ("notifications.endpoints.0.headers.Authorization.0", "headers", {V2, V3, GITLAB}),
        ("http.tls.clientcas.0", "texts", {V2, V3, GITLAB}),
        ("storage.s3.pathstyle", "any", {GITLAB}),
        ("storage.s3_v2.pathstyle", "any", {GITLAB}),
        ("storage.s3aws.forcepathstyle", "any", {V3}),
        ("storage.azure.AccountName", "any", {V2, V3, GITLAB}),
        ("storage.inmemory", "map", {V2, V3, GITLAB}),
        ("storage.somebodys.own.driver", "free", {V2, V3, GITLAB}),
        ("auth.somebodys.own", "free", {V2, V3, GITLAB}),
        ("redis.cache.tls.insecure", "bool", {GITLAB}),
        ("reporting.bugsnag.apikey", "text", {V2}),
        ("compatibility.schema1.enabled", "bool", {V2, GITLAB}),
    ],
)
def test_a_setting_has_its_type_and_those_who_know_it(name: str, kind: str, generations: set[Generation]) -> None:
    setting = known(_path(name), None)
    assert setting is not None
    assert setting.kind == kind
    assert generations_knowing(_path(name)) == generations
    assert {one for one in Generation if known(_path(name), one)} == generations


@pytest.mark.parametrize("name", ["http.relativeURLs", "description", "storage.s3.access_key", "http.addr.x", "x.y.z"])
def test_what_nobody_knows_is_none(name: str) -> None:
    assert known(_path(name), None) is None
    assert generations_knowing(_path(name)) == frozenset()


def test_a_setting_may_come_and_go_with_versions() -> None:
    setting = Setting(("x",), "text", {V3: ((3, 1), ()), GITLAB: ((), (3,))})
    assert setting.name == "x"
    assert [setting.is_known_by(V3, version) for version in ((3, 0), (3, 1), (3, 2, 1), (3,), ())] == [
        *(False, True, True, True, True)
    ]
    assert [setting.is_known_by(GITLAB, version) for version in ((2, 9), (3, 0), ())] == [True, False, True]
    assert not setting.is_known_by(V2)


def test_children_are_those_of_one_product() -> None:
    assert "pathstyle" in children(("storage", "s3"), GITLAB)
    assert "pathstyle" not in children(("storage", "s3"), V3)
    assert {"storage", "http", "tags"} <= set(children((), V3))
    assert "database" not in children((), V3)


def test_rows_of_one_setting_are_of_different_products() -> None:
    seen: set[tuple[str, str, str]] = set()
    for table in (SECTIONS, STORAGE):
        for line in table.strip().splitlines():
            section, names, _, products = (cell.strip() for cell in line.split("|"))
            for name in names.split():
                for product in ("2 3 gitlab" if products == "all" else products).split():
                    assert (section, name, product) not in seen
                    seen.add((section, name, product))
    assert len(seen) > 500


def test_who_reads_a_setting_is_told_in_words() -> None:
    assert readers_of(("proxy", "ttl")) == "distribution 3"
    assert readers_of(("redis", "username")) == "distribution 3 and GitLab's registry"
    assert readers_of(("colour",)) == ""
