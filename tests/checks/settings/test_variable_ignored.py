"""Variables that do nothing are told, with the name that does; those of other programs are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Fail, Outcome, Severity, Unknown
from regdoctor.checks.settings.variable_ignored import variable_ignored
from regdoctor.evidence.product import Generation
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import parse_registry_config

if TYPE_CHECKING:
    from tests.checks.conftest import Given

Judge = Callable[..., list[Outcome]]
V2, V3, GITLAB = Generation
_FILE = b"version: 0.1\nstorage: {s3: {region: r}, maintenance: {readonly: {enabled: false}}}\n"


@pytest.fixture
def judge(given: Given) -> Judge:
    """What is said of variables on a product."""

    def run(
        *variables: tuple[str, str], generation: Generation | None = V2, version: tuple[int, ...] = ()
    ) -> list[Outcome]:
        environment = [(name, value, Place("unit.service", 7)) for name, value in variables]
        config = parse_registry_config(_FILE, "c", environment, generation=generation, version=version)
        return given.outcomes(variable_ignored, config=config, product=given.product(generation, *version))

    return run


@pytest.mark.parametrize(
    ("name", "value", "message", "severity", "modes"),
    [
        (
            "REGISTRY_STORAGE_S3_ACCESS_KEY",
            "planted-4711-key",
            "has no effect: storage.s3 has no parameter access; did you mean REGISTRY_STORAGE_S3_ACCESSKEY?",
            Severity.ERROR,
            ("S3-01", "CFG-04"),
        ),
        (
            "REGISTRY_STORAGE_S3_ENCYPT",
            "true",
            "has no effect: storage.s3 has no parameter encypt; did you mean REGISTRY_STORAGE_S3_ENCRYPT?",
            None,
            ("CFG-04",),
        ),
        (
            "REGISTRY_HEALTH_FILE",
            "[{file: /x}]",
            "has no effect: health has no field FILE; did you mean REGISTRY_HEALTH_FILECHECKERS?",
            None,
            ("CFG-04",),
        ),
        (
            "REGISTRY_HTTP_RELATIVEURL",
            "true",
            "has no effect: http has no field RELATIVEURL; did you mean REGISTRY_HTTP_RELATIVEURLS?",
            None,
            ("CFG-04",),
        ),
        (
            "REGISTRY_STORGE_S3_BUCKET",
            "b",
            "has no effect: the configuration has no such section; did you mean REGISTRY_STORAGE_S3_BUCKET?",
            None,
            ("CFG-04",),
        ),
        (
            "REGISTRY_http_addr",
            ":1",
            "has no effect: the registry reads names in upper case only; did you mean REGISTRY_HTTP_ADDR?",
            None,
            ("CFG-09",),
        ),
        (
            "REGISTRY_AUTH_TOKEN_ISSUR",
            "x",
            "has no effect: auth.token has no parameter issur; did you mean REGISTRY_AUTH_TOKEN_ISSUER?",
            None,
            ("AUTH-26",),
        ),
        (
            "REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED",
            "true",
            "has no effect: storage.maintenance.readonly is a mapping inside a parameter, out of reach of variables",
            None,
            ("CFG-04",),
        ),
        ("REGISTRY_HTTP_COLOUR", "x", "has no effect: http has no field COLOUR", None, ("CFG-04",)),
        (
            "REGISTRY_STORAGE_S3",
            "{acceskey: planted-4711-key}",
            "has no effect: storage.s3 has no parameter acceskey; did you mean storage.s3.accesskey?",
            None,
            ("CFG-04",),
        ),
    ],
)
def test_a_variable_without_effect_is_told(
    judge: Judge, name: str, value: str, message: str, severity: Severity | None, modes: tuple[str, ...]
) -> None:
    (found,) = judge((name, value))
    assert isinstance(found, Fail)
    assert found.message.partition(" ")[2] == message
    assert found.resource.startswith(name)
    assert (found.severity, found.failure_modes) == (severity, modes)
    assert (found.evidence[0].source, found.evidence[0].line) == ("unit.service", 7)
    assert "planted" not in repr(found)


@pytest.mark.parametrize(
    "name",
    [
        "REGISTRY_PORT",
        "REGISTRY_PORT_5000_TCP_ADDR",
        "REGISTRY_SERVICE_HOST",
        "REGISTRY_SERVICE_PORT_REGISTRY",
        "REGISTRY_CONFIGURATION_PATH",
        "REGISTRY_TAG",
        "REGISTRY_IMAGE_TAG",
        "REGISTRY_HOST",
        "REGISTRY_STORAGE_DELETE_ENABLED ",
        "REGISTRY_STORAGE_S3_BUCKET",
        "REGISTRY_STORAGE_SOMEBODYS_OWN",
        "REGISTRY_LOG_FIELDS_ANY_THING",
    ],
)
def test_variables_of_others_and_those_that_work_are_no_finding(judge: Judge, name: str) -> None:
    assert not any(isinstance(one, Fail) for one in judge((name, "{}")))


def test_redis_of_distribution_3_0_is_told_the_name_that_works(judge: Judge) -> None:
    variable = ("REGISTRY_REDIS_ADDRS", "['redis:6379']")
    (found,) = judge(variable, generation=V3, version=(3, 0, 0))
    assert isinstance(found, Fail)
    assert found.message.endswith("did you mean REGISTRY_REDIS_OPTIONS_ADDRS?")
    assert found.failure_modes == ("RED-02",)
    assert found.evidence[-1].quote == "Version: x"
    assert not any(isinstance(one, Fail) for one in judge(variable, generation=V3, version=(3, 1, 1)))


def test_an_item_of_a_list_depends_on_the_product(judge: Judge) -> None:
    variable = ("REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL", "http://x")
    (found,) = judge(variable)
    assert isinstance(found, Fail)
    assert "distribution 2.8 cannot set one item" in found.message
    (unknown,) = judge(variable, generation=None)
    assert isinstance(unknown, Unknown)
    assert not any(isinstance(one, Fail) for one in judge(variable, generation=GITLAB))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("REGISTRY_PROXY_TTL", "has no effect: distribution 2.8 knows no proxy.ttl; distribution 3 does"),
        (
            "REGISTRY_REDIS_USERNAME",
            "has no effect: distribution 2.8 knows no redis.username; distribution 3 and GitLab's registry do",
        ),
        (
            "REGISTRY_STORAGE_S3_FORCEPATHSTYLE",
            "has no effect: distribution 2.8 has no storage.s3.forcepathstyle: with regionendpoint it addresses the "
            "bucket by path in any case",
        ),
        (
            "REGISTRY_STORAGE_S3_USEDUALSTACK",
            "has no effect: distribution 2.8 knows no storage.s3.usedualstack; distribution 3 does",
        ),
    ],
)
def test_a_setting_of_another_product_is_told_with_whose_it_is(judge: Judge, name: str, message: str) -> None:
    (fail,) = judge((name, "1h"), version=(2, 8))
    assert isinstance(fail, Fail)
    assert fail.message == f"{name} {message}"
    assert fail.remedy[Dialect.PLAIN].text == f"Take {name} away, and restart the registry."


def test_of_very_many_the_first_are_told_and_that_there_are_more(judge: Judge) -> None:
    outcomes = judge(*((f"REGISTRY_STORAGE_S3_NONE{number}", "a") for number in range(300)))

    assert [type(one) for one in outcomes] == [Fail] * 50 + [Unknown]
    assert "more than 50" in str(outcomes[-1])
