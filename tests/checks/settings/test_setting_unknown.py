"""Keys that the product does not know are told, with the name that was meant; what may be right is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail
from regdoctor.checks.settings.setting_unknown import setting_unknown
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Computed, Located, Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

Judge = Callable[..., list[Fail]]
V2, V3, GITLAB = Generation
PLACE = Place("g.rb")


@pytest.fixture
def judge(given: Given) -> Callable[..., list[Fail]]:
    """The findings of a file on a product."""

    def run(text: str, generation: Generation | None = None, *version: int) -> list[Fail]:
        return given.fails(setting_unknown, config=given.config(text), product=given.product(generation, *version))

    return run


@pytest.mark.parametrize(
    ("text", "generation", "message", "mode"),
    [
        (
            "storage: {s3: {pathstyle: true}}",
            V3,
            "storage.s3.pathstyle does nothing on distribution 3: it is a setting of GitLab's registry; did you mean "
            "storage.s3.forcepathstyle?",
            "S3-11",
        ),
        (
            "storage: {s3: {forcepathstyle: true}}",
            GITLAB,
            "storage.s3.forcepathstyle does nothing on GitLab's registry: it is a setting of distribution 3; did you "
            "mean storage.s3.pathstyle?",
            "S3-40",
        ),
        (
            "notifications: {endpoints: [{name: a, maxretries: 5}]}",
            V2,
            "notifications.endpoints.0.maxretries does nothing on distribution 2: it is a setting of GitLab's "
            "registry; did you mean notifications.endpoints.0.threshold?",
            "NOT-03",
        ),
        (
            "http: {relativeURLs: true}",
            None,
            "http.relativeURLs is no setting of any registry; did you mean http.relativeurls?",
            "CFG-04",
        ),
        ("description: ours", V2, "description does nothing on distribution 2", "CFG-04"),
        (
            "storage: {s3: {forcepathstyle: true}}",
            V2,
            "storage.s3.forcepathstyle does nothing on distribution 2: with regionendpoint it addresses the bucket by "
            "path in any case",
            "S3-11",
        ),
        (
            "storage: {filesystem: {rootdir: /srv}}",
            V2,
            "storage.filesystem.rootdir does nothing on distribution 2; did you mean storage.filesystem.rootdirectory?",
            "CFG-04",
        ),
        (
            "storage: {swift: {secret_key: planted-4711}}",
            V2,
            "storage.swift.secret_key does nothing on distribution 2; did you mean storage.swift.secretkey?",
            "CFG-04",
        ),
    ],
)
def test_an_unknown_key_is_told_with_the_one_that_was_meant(
    judge: Judge, text: str, generation: Generation | None, message: str, mode: str
) -> None:
    (fail,) = judge(text, generation)
    assert fail.message == message
    assert fail.failure_modes == (mode,)
    assert fail.resource == message.split()[0]
    assert fail.evidence[0].line == 1
    assert "planted" not in repr(fail)


def test_of_an_unknown_section_the_section_alone_is_told(judge: Judge) -> None:
    (fail,) = judge("version: 0.1\nhtpp:\n  addr: :5000\n  net: tcp\n")
    assert fail.resource == "htpp"
    assert fail.evidence[0].line == 2


def test_the_remedy_writes_the_value_under_the_right_name(judge: Judge) -> None:
    (fail,) = judge("storage: {s3: {pathstyle: true}}", V3)
    assert fail.remedy[Dialect.PLAIN].commands == ("storage:\n  s3:\n    forcepathstyle: true",)


@pytest.mark.parametrize(
    ("text", "generation"),
    [
        ("log: {fields: {anything: {at: all}}}", V2),
        ("http: {headers: {X-Any: [a]}}", V2),
        ("middleware: {storage: [{name: cloudfront, options: {whatever: 1}}]}", V3),
        ("storage: {somebodys: {own: 1}}", V2),
        ("storage: {oss: {bucket: b}}", V3),
        ("auth: {own: {x: 1}}", GITLAB),
        ("x-common: &c {a: 1}\nlog: {fields: *c}", V2),
        (".anchors: {a: 1}", V2),
        ("storage: {s3: {secret_key: planted-4711}}", None),
        ("redis: {addr: 'r:6379', enableTLS: true, sentinelMasterSet: m}", V2),
        ("redis: {sentinel: {masterName: m, addresses: [a]}, enableTLS: true}", None),
        ("redis: {addr: 'r:6379', pool: {maxidle: 1}}", V3),
        ("compatibility: {schema1: {enabled: false}}", GITLAB),
        ("storage: {s3: {pathstyle: true, forcepathstyle: true}}", None),
        ("reporting: {sentry: {enabled: true}}", None),
        ("", V2),
    ],
)
def test_what_may_be_right_or_is_told_elsewhere_is_no_finding(
    judge: Judge, text: str, generation: Generation | None
) -> None:
    assert judge(text, generation) == []


def test_versions_after_the_tables_may_know_more(judge: Judge) -> None:
    assert judge("newthing: 1", V3, 3, 9) == []
    assert len(judge("newthing: 1", V3, 3, 1, 1)) == 1
    assert len(judge("storage: {s3: {pathstyle: true}}", V3, 3, 9)) == 1


def test_variables_are_another_checks(given: Given) -> None:
    variables = [("REGISTRY_STORAGE_S3_ACCESS_KEY", "x", Place("e"))]
    config = parse_registry_config(b"storage: {s3: {}}", "c", variables)
    assert given.fails(setting_unknown, config=config, product=given.product()) == []


def test_a_file_that_is_something_else_is_not_told_key_by_key(judge: Judge) -> None:
    assert len(judge("".join(f"strange{number}: 1\n" for number in range(500)))) == 20


def test_a_value_that_is_computed_stays_as_it_is(given: Given) -> None:
    computed = Located(Computed("ENV['X']"), Place("g.rb", 4), "storage.s3.pathstyle")
    tree = Located({"storage": Located({"s3": Located({"pathstyle": computed}, PLACE)}, PLACE)}, PLACE)
    config = replace(given.config("version: 0.1"), tree=tree)
    (fail,) = given.fails(setting_unknown, config=config, product=given.product(V3))
    assert fail.evidence[0].quote == "storage.s3.pathstyle: ENV['X']"
    assert fail.remedy[Dialect.PLAIN].text.startswith("Write storage.s3.forcepathstyle in the place of")


def test_the_remedy_is_in_the_words_of_the_installation(judge: Judge) -> None:
    (fail,) = judge("storage: {s3: {pathstyle: {}}}", V3)
    assert "registry['storage']['s3']['forcepathstyle']" in fail.remedy[Dialect.OMNIBUS].text
    assert fail.remedy[Dialect.OMNIBUS].commands == ("sudo gitlab-ctl reconfigure",)
    assert "registry.storage.secret" in fail.remedy[Dialect.HELM].text
    assert "config.yml that is mounted" in fail.remedy[Dialect.COMPOSE].text
