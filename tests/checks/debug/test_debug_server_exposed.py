"""A debug server that others than its own host reach is a finding, as grave as what it shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regdoctor.check import Dialect, Severity
from regdoctor.checks.debug.debug_server_exposed import debug_server_exposed
from regdoctor.evidence.debug_server import DebugServer
from regdoctor.evidence.exchange import Exchange, FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Generation
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.compose_file import ComposeFile, ComposeRegistry, parse_compose_file
from regdoctor.formats.container_config import service_config
from regdoctor.formats.docker_run import parse_docker_run
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.systemd_words import Word

if TYPE_CHECKING:
    from tests.checks.conftest import Given

DEBUG = "http://127.0.0.1:5001"
VARS = b'{"cmdline": ["registry","serve"],"memstats": {}}'
PPROF = b"<html><title>/debug/pprof/</title>"


def _debug(given: Given, variables: int = 200, profiles: int = 200, public: Exchange | None = None) -> DebugServer:
    return DebugServer(
        given.ping(DEBUG).endpoint,
        given.exchange(f"{DEBUG}/debug/health", 200, given.json, body=b"{}"),
        given.exchange(f"{DEBUG}/debug/vars", variables, given.json, body=VARS),
        given.exchange(f"{DEBUG}/debug/pprof/", profiles, given.html, body=PPROF),
        public,
    )


def _listening(given: Given, address: str) -> RegistryConfig:
    return given.config(f"version: 0.1\nhttp:\n  debug:\n    addr: '{address}'\n")


@pytest.mark.parametrize("address", [":5001", "0.0.0.0:5001", "[::]:5001", "10.0.0.7:5001", "192.0.2.1:5001"])
def test_an_address_that_others_reach_is_a_finding_with_its_line(given: Given, address: str) -> None:
    fail = given.fail(debug_server_exposed, debug=_debug(given), config=_listening(given, address))
    assert fail.severity is Severity.ERROR
    assert fail.resource == address
    assert fail.evidence[0].line == 4
    assert "registry['debug_addr'] = \"localhost:5001\"" in fail.remedy[Dialect.OMNIBUS].commands


@pytest.mark.parametrize(
    "address", ["localhost:5001", "LOCALHOST:5001", "127.0.0.1:5001", "127.0.1.1:5001", "[::1]:5001"]
)
def test_loopback_passes(given: Given, address: str) -> None:
    assert address in given.passes(debug_server_exposed, debug=_debug(given), config=_listening(given, address))


def test_gitlabs_registry_shows_less_and_is_a_warning(given: Given) -> None:
    fail = given.fail(debug_server_exposed, debug=_debug(given, 404, 404), config=_listening(given, ":5001"))
    assert fail.severity is Severity.WARNING
    assert "variables" not in fail.message


def test_a_page_for_everything_is_not_taken_for_variables(given: Given) -> None:
    page = given.exchange(f"{DEBUG}/debug/vars", 200, given.html, body=b"<html>welcome")
    health = given.exchange(f"{DEBUG}/debug/health", 200, body=b"{}")
    debug = DebugServer(given.ping(DEBUG).endpoint, health, page, page, None)
    assert given.fail(debug_server_exposed, debug=debug, config=_listening(given, ":5001")).severity is Severity.WARNING


@pytest.mark.parametrize("address", [":5001", "0.0.0.0:5001"])
def test_a_line_of_the_configuration_proves_only_what_it_is_told(given: Given, address: str) -> None:
    fail = given.fail(debug_server_exposed, debug=_debug(given), config=_listening(given, address))
    assert f"is told to listen on every interface ({address})" in fail.message
    told = given.passes(debug_server_exposed, debug=_debug(given), config=_listening(given, "localhost:5001"))
    assert told == "it is told to listen on localhost:5001"


def test_a_server_that_does_not_answer_is_only_told_to_listen(given: Given) -> None:
    silent = given.exchange(f"{DEBUG}/debug/health", fails=(FailureKind.REFUSED, "connection refused"))
    debug = DebugServer(given.ping(DEBUG).endpoint, silent, silent, silent, None)
    fail = given.fail(debug_server_exposed, debug=debug, config=_listening(given, ":5001"))
    assert "is told to listen" in fail.message
    assert fail.severity is Severity.WARNING


@pytest.mark.parametrize("dialect", [Dialect.HELM, Dialect.COMPOSE])
@pytest.mark.parametrize("status", [200, 404])
def test_in_a_container_only_the_published_port_would_tell_whatever_it_shows(
    given: Given, dialect: Dialect, status: int
) -> None:
    reason = given.unknown(
        debug_server_exposed,
        debug=_debug(given, status, status),
        config=_listening(given, ":5001"),
        installation=given.installation(dialect),
    )
    assert "inside a container; whether the port is published cannot be seen from here" in reason


def test_in_a_container_loopback_is_enough(given: Given) -> None:
    assert given.passes(
        debug_server_exposed,
        debug=_debug(given),
        config=_listening(given, "localhost:5001"),
        installation=given.installation(Dialect.COMPOSE),
    )


def test_a_name_may_be_this_host_alone(given: Given) -> None:
    reason = given.unknown(debug_server_exposed, debug=_debug(given), config=_listening(given, "node7:5001"))
    assert "node7:5001" in reason


def test_an_address_named_by_hand_says_nothing_of_who_reaches_it(given: Given) -> None:
    given.unknown(debug_server_exposed, debug=_debug(given))


@pytest.mark.parametrize(("status", "body"), [(200, b"{}"), (503, b'{"storagedriver_s3":"refused"}')])
def test_the_report_at_the_public_address_is_a_finding(given: Given, status: int, body: bytes) -> None:
    public = given.exchange(f"{given.public_url}/debug/health", status, given.json, body=body)
    fail = given.fail(
        debug_server_exposed, debug=_debug(given, public=public), config=_listening(given, "localhost:5001")
    )
    assert fail.resource == f"{given.public_url}/debug/health"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"404 page not found"),
        (200, b"<html>"),
        (200, b'{"status":"ok"}'),
        (503, b'{"message":"failure to get a peer from the ring-balancer"}'),
        (503, b'{"errors":[{"code":"UNAVAILABLE","message":"service unavailable"}]}'),
    ],
)
def test_what_a_gateway_answers_there_is_none(given: Given, status: int, body: bytes) -> None:
    public = given.exchange(f"{given.public_url}/debug/health", status, given.json, body=body)
    debug = _debug(given, public=public)
    assert given.passes(debug_server_exposed, debug=debug, config=_listening(given, "localhost:5001"))


def _project(*lines: str, image: str = "registry:3") -> ComposeFile:
    text = "\n".join(["services:", "  registry:", f"    image: {image}", *(f"    {line}" for line in lines)])
    project = parse_compose_file([(text.encode(), "/srv/compose.yml")])
    found = tuple(ComposeRegistry(one, service_config(one, None), "no file") for one in project.registry_services())
    return replace(project, registries=found)


def test_the_configuration_alone_is_enough(given: Given) -> None:
    fail = given.fail(debug_server_exposed, debug=given.not_here, config=_listening(given, ":5001"))
    assert (fail.severity, fail.evidence[0].line) == (Severity.WARNING, 4)
    assert "is told to listen on every interface (:5001)" in fail.message
    known = given.fail(
        debug_server_exposed,
        debug=given.not_here,
        config=_listening(given, "0.0.0.0:5001"),
        product=given.product(Generation.DISTRIBUTION_2, 2, 8, 2),
    )
    assert known.severity is Severity.ERROR
    given.passes(debug_server_exposed, debug=given.not_here, config=_listening(given, "localhost:5001"))


def test_a_debug_server_that_is_not_enabled_is_none(given: Given) -> None:
    given.skips(debug_server_exposed, debug=given.no_such, config=given.config("version: 0.1\n"))
    given.skips(debug_server_exposed, debug=given.no_such, config=given.no_such)
    given.unknown(debug_server_exposed, debug=given.no_such, config=given.not_here)


def test_a_pod_is_as_it_must_be(given: Given) -> None:
    config, installation = _listening(given, ":5001"), given.installation(Dialect.HELM)
    given.passes(debug_server_exposed, debug=given.not_here, config=config, installation=installation)


@pytest.mark.parametrize("port", ["5001:5001", "8001:5001", "0.0.0.0:5001:5001", "10.0.0.7:5001:5001", "5001"])
def test_a_published_port_of_a_container_is_a_finding(given: Given, port: str) -> None:
    fail = given.fail(debug_server_exposed, debug=given.no_such, compose=_project("ports:", f"  - {port}"))
    assert fail.severity is Severity.ERROR
    assert [(quote.source, quote.line) for quote in fail.evidence] == [
        ("registry:3, its own config.yml", None),
        ("/srv/compose.yml", 5),
    ]


def test_the_hosts_own_network_publishes_every_port(given: Given) -> None:
    fail = given.fail(debug_server_exposed, debug=given.no_such, compose=_project("network_mode: host"))
    assert fail.evidence[1].line == 4


@pytest.mark.parametrize(
    "lines",
    [
        ("ports: ['5000:5000']",),
        ("ports: ['127.0.0.1:5001:5001']",),
        ("ports: ['5001:5001']", "environment: {REGISTRY_HTTP_DEBUG_ADDR: 'localhost:5001'}"),
        ("expose: ['5001']",),
    ],
)
def test_a_port_that_is_not_published_is_healthy(given: Given, lines: tuple[str, ...]) -> None:
    given.passes(debug_server_exposed, debug=given.no_such, compose=_project(*lines))


def test_gitlabs_image_and_version_2_have_none_of_their_own(given: Given) -> None:
    given.skips(debug_server_exposed, debug=given.no_such, compose=_project("ports: ['5001:5001']", image="registry:2"))
    given.unknown(
        debug_server_exposed,
        debug=given.no_such,
        compose=_project("restart: always", image="x/gitlab-container-registry:v4"),
    )


def _run(*options: str) -> ServiceEnvironment:
    words = tuple(Word(text, 3) for text in (*options, "-e", "REGISTRY_HTTP_DEBUG_ADDR=0.0.0.0:5001", "registry:2.8.3"))
    container = parse_docker_run(words, "hub.service")
    assert container is not None
    return ServiceEnvironment("hub.service", container=container, config=service_config(container, None))


def test_of_docker_run_the_published_port_counts_and_not_the_address(given: Given) -> None:
    here = given.installation(Dialect.PLAIN)
    for options in (("-p", "127.0.0.1:5001:5001"), ("-p", "5000:5000")):
        unit = _run(*options)
        given.passes(debug_server_exposed, debug=given.no_such, config=unit.config, unit=unit, installation=here)
    unit = _run("-p", "5001:5001")
    fail = given.fail(debug_server_exposed, debug=given.no_such, config=unit.config, unit=unit, installation=here)
    assert fail.remedy[Dialect.PLAIN].commands == ("--publish 127.0.0.1:5001:5001",)


def test_on_the_hosts_network_the_remedy_is_the_variable_that_wins(given: Given) -> None:
    unit = _run("--network", "host")
    fail = given.fail(debug_server_exposed, debug=given.no_such, config=unit.config, unit=unit)
    assert fail.remedy[Dialect.PLAIN].commands == ("--env REGISTRY_HTTP_DEBUG_ADDR=localhost:5001",)
    assert "REGISTRY_HTTP_DEBUG_ADDR=localhost:5001" in fail.remedy[Dialect.COMPOSE].commands[0]


def test_a_configuration_file_by_itself_does_not_say_where_it_is_used(given: Given) -> None:
    config, lone = _listening(given, ":5001"), Installation(None, Dialect.PLAIN, live=False)
    reason = given.unknown(debug_server_exposed, debug=given.not_here, config=config, installation=lone)
    assert "a configuration file by itself does not say" in reason
    of_a_host = replace(lone, root=Path("/srv/copy"))
    given.fail(debug_server_exposed, debug=given.not_here, config=config, installation=of_a_host)
    of_omnibus = replace(lone, dialect=Dialect.OMNIBUS)
    given.fail(debug_server_exposed, debug=given.not_here, config=config, installation=of_omnibus)
    unit = ServiceEnvironment("registry.service")
    given.fail(debug_server_exposed, debug=given.not_here, config=config, installation=lone, unit=unit)
