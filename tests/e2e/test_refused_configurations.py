"""What the checks say of a configuration is what the real docker-registry 2.8 does with it, and the remedy mends it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from regdoctor.catalogue import select
from regdoctor.check import Check, Dialect, Fail, Outcome, Severity
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.lab.client import status_of
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import Process, Processes, wait_until
from regdoctor.lab.programs import find_program, minimal_environment

Overlay = Mapping[str, Any]
TOKEN = {"realm": "https://g/jwt/auth", "service": "s", "issuer": "i", "rootcertbundle": "/missing"}
BUCKET = {"bucket": "b", "region": "us-east-1", "accesskey": "a", "secretkey": "b"}
PURGING = {"enabled": True, "age": "168h", "interval": "24h", "dryrun": False}
DEBIAN = Product(Generation.DISTRIBUTION_2, (2, 8, 2))


@dataclass(frozen=True)
class Case:
    """A configuration, what the registry says of it, and the check that must say it first."""

    check: str
    broken: Overlay
    """Laid over a minimal configuration, section by section; None takes a key away."""
    says: str
    """What must stand in the registry's output."""
    mended: Overlay | None = None
    """Laid over the broken one; without it, the YAML of the finding's own remedy is."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """The environment; gone in the mended configuration."""


def _s3(**changes: object) -> Overlay:
    return {"storage": {"filesystem": None, "s3": {**BUCKET, **changes}}}


def _auth(**scheme: object) -> Overlay:
    return {"auth": scheme}


def _storage(**sections: object) -> Overlay:
    return {"storage": sections}


OPEN: Overlay = {"auth": None}
REFUSED = {
    "no version": Case("version_unsupported", {"version": None}, 'unsupported version: ""'),
    "version 0.2": Case("version_unsupported", {"version": 0.2}, 'unsupported version: "0.2"'),
    "version 1": Case("version_unsupported", {"version": 1}, "index out of range [1] with length 1 [recovered]"),
    "version v0.1": Case("version_unsupported", {"version": "v0.1"}, 'strconv.ParseUint: parsing "v0"'),
    "level warning": Case(
        "log_level_invalid", {"log": {"level": "warning"}}, "warning Must be one of [error, warn, info, debug]"
    ),
    "level trace": Case("log_level_invalid", {"loglevel": "trace"}, "invalid loglevel trace", {"loglevel": None}),
    "header text": Case(
        "http_headers_not_lists",
        {"http": {"headers": {"X-A": "b"}}},
        "cannot unmarshal !!str `b` into []string",
        {"http": {"headers": {"X-A": ["b"]}}},
    ),
    "headers list": Case(
        "http_headers_not_lists", {"http": {"headers": ["a"]}}, "into http.Header", {"http": {"headers": None}}
    ),
    "header of a webhook": Case(
        "http_headers_not_lists",
        {"notifications": {"endpoints": [{"name": "a", "url": "http://127.0.0.1:1", "headers": {"X-A": "b"}}]}},
        "cannot unmarshal !!str `b` into []string",
        {"notifications": None},
    ),
    "cache in no redis": Case(
        "cache_type_unknown",
        _storage(cache={"blobdescriptor": "redis"}),
        "panic: redis configuration required to use for layerinfo cache",
    ),
    "cache text": Case("cache_type_unknown", _storage(cache="inmemory"), "cannot unmarshal !!map into string"),
    "duration in quotes": Case(
        "duration_without_unit", {"http": {"draintimeout": "60"}}, "cannot unmarshal !!str `60` into time.Duration"
    ),
    "duration in days": Case(
        "duration_without_unit",
        {"health": {"storagedriver": {"interval": "1d"}}},
        "cannot unmarshal !!str `1d` into time.Duration",
    ),
    "two schemes": Case(
        "auth_scheme_not_one",
        _auth(token=TOKEN, silly={"realm": "r", "service": "s"}),
        "must provide exactly one type. Provided: [",
        OPEN,
    ),
    "unknown scheme": Case(
        "auth_scheme_not_one", _auth(basic={}), "no access controller registered with name: basic", OPEN
    ),
    **{
        f"token without {option}": Case(
            "token_option_missing",
            _auth(token={key: value for key, value in TOKEN.items() if key != option}),
            f'token auth requires a valid option string: "{option}"',
            OPEN,
        )
        for option in TOKEN
    },
    "autoredirect text": Case(
        "token_option_missing",
        _auth(token={**TOKEN, "autoredirect": "true"}),
        "token auth requires a valid option bool: autoredirect",
        OPEN,
    ),
    "no driver": Case("storage_driver_not_one", _storage(filesystem=None), "no storage configuration provided"),
    "two drivers": Case(
        "storage_driver_not_one",
        _storage(inmemory={}),
        "must provide exactly one storage type. Provided: [",
        _storage(inmemory=None),
    ),
    "tag on 2.8": Case(
        "storage_driver_not_one",
        _storage(tag={"concurrencylimit": 8}),
        "must provide exactly one storage type. Provided: [",
        _storage(tag=None),
    ),
    "a driver by variables": Case(
        "storage_driver_not_one",
        {},
        "panic: multiple storage drivers specified in configuration or environment:",
        {},
        {"REGISTRY_STORAGE_INMEMORY_X": "y"},
    ),
    **{
        f"driver {name}": Case(
            "storage_driver_unsupported",
            _storage(filesystem=None, **{name: {"x": "y"}}),
            f"panic: StorageDriver not registered: {name}",
            _storage(**{name: None, "inmemory": {}}),
        )
        for name in ("filesytem", "S3", "s3_v2")
    },
    "no region": Case("s3_region_invalid", _s3(region=None), "no region parameter provided", _s3()),
    "no region for minio": Case(
        "s3_region_invalid", _s3(region=None, regionendpoint="http://127.0.0.1:1"), "no region parameter provided"
    ),
    "misspelt region": Case("s3_region_invalid", _s3(region="us-easr-1"), "invalid region provided: us-easr-1"),
    "small chunks": Case(
        "s3_chunksize_invalid",
        _s3(chunksize=5242879),
        "the chunksize 5242879 parameter should be a number between 5242880 and 5368709120 (inclusive)",
    ),
    "chunks in words": Case(
        "s3_chunksize_invalid", _s3(chunksize="25MB"), "chunksize parameter must be an integer, 25MB invalid"
    ),
    "chunks of Helm": Case(
        "s3_chunksize_invalid", _s3(chunksize=26214400.0), "invalid value for chunksize: 2.62144e+07"
    ),
    "v4auth off": Case(
        "s3_v4auth_off",
        _s3(v4auth=False),
        "on Amazon S3 this storage driver can only be used with v4 authentication",
    ),
    "v4auth no": Case("s3_v4auth_off", _s3(v4auth="no"), "the v4auth parameter should be a boolean"),
    "storage class": Case(
        "s3_storage_class_refused",
        _s3(storageclass="STANDARD_IA"),
        "the storageclass parameter must be one of [NONE STANDARD REDUCED_REDUNDANCY], STANDARD_IA invalid",
    ),
    "maintenance text": Case(
        "maintenance_malformed",
        _storage(maintenance=True),
        "cannot unmarshal !!map into string",
        _storage(maintenance=None),
    ),
    "readonly true": Case(
        "maintenance_malformed",
        _storage(maintenance={"readonly": True}),
        "panic: readonly config key must contain additional keys",
    ),
    "readonly in quotes": Case(
        "maintenance_malformed",
        _storage(maintenance={"readonly": {"enabled": "true"}}),
        "panic: readonly's enabled config key must have a boolean value",
    ),
    "purging false": Case(
        "maintenance_malformed",
        _storage(maintenance={"uploadpurging": False}),
        "panic: uploadpurging config key must contain additional keys",
    ),
    **{
        f"purging without {key}": Case(
            "maintenance_malformed",
            _storage(maintenance={"uploadpurging": {name: value for name, value in PURGING.items() if name != key}}),
            f"Unable to parse upload purge configuration: {key} missing",
        )
        for key in ("age", "interval", "dryrun")
    },
    "purging by number": Case(
        "maintenance_malformed", _storage(maintenance={"uploadpurging": {**PURGING, "age": 168}}), "age is not a string"
    ),
    "purging in days": Case(
        "maintenance_malformed",
        _storage(maintenance={"uploadpurging": {**PURGING, "age": "7d"}}),
        'time: unknown unit "d" in duration "7d"',
    ),
    "readonly by a variable": Case(
        "maintenance_malformed",
        {},
        "panic: readonly config key must contain additional keys",
        None,
        {"REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED": "true"},
    ),
    "redirect in quotes": Case(
        "redirect_switch_malformed",
        _storage(redirect={"disable": "true"}),
        'panic: invalid type for redirect config: configuration.Parameters{"disable":"true"}',
    ),
    "redirect text": Case("redirect_switch_malformed", _storage(redirect=True), "cannot unmarshal !!map into string"),
    "redirect without its switch": Case(
        "redirect_switch_malformed", _storage(redirect={"enable": True}), "panic: invalid type for redirect config:"
    ),
    **{
        f"pattern {pattern}": Case(
            "manifest_url_pattern_invalid",
            {"validation": {"manifests": {"urls": {"allow": [pattern]}}}},
            f"validation.manifests.urls.allow: error parsing regexp: {problem}",
        )
        for pattern, problem in {
            "(": "missing closing )",
            "*.example.com": "missing argument to repetition operator",
            "(?=a)": "invalid or unsupported Perl syntax",
            "a**": "invalid nested repetition operator",
            "\\Z": "invalid escape sequence",
        }.items()
    },
    "pattern without a list": Case(
        "manifest_url_pattern_invalid",
        {"validation": {"manifests": {"urls": {"deny": "a"}}}},
        "into []string",
        {"validation": None},
    ),
    "address without a port": Case(
        "http_address_malformed",
        {"http": {"addr": "127.0.0.1"}},
        "missing port in address",
        {"http": {"addr": "127.0.0.1:@PORT"}},
    ),
    "address with a scheme": Case(
        "http_address_malformed", {"http": {"addr": "http://127.0.0.1:@PORT"}}, "too many colons in address"
    ),
    "kind of network": Case("http_address_malformed", {"http": {"net": "tcp4"}}, "unknown address type tcp4"),
    "debug address": Case(
        "http_address_malformed",
        {"http": {"debug": {"addr": "5001"}}},
        "missing port in address",
        {"http": {"debug": None}},
    ),
    "metrics over health": Case(
        "prometheus_path_malformed",
        {"http": {"debug": {"addr": "127.0.0.1:@DEBUG", "prometheus": {"enabled": True, "path": "/debug/health"}}}},
        "http: multiple registrations for /debug/health",
    ),
}
"""What docker-registry 2.8.2 does not start with."""

RUNS = {
    "unknown cache": Case(
        "cache_type_unknown", _storage(cache={"blobdescriptor": "memory"}), 'unknown cache type map[\\"blobdescriptor'
    ),
    "nanoseconds": Case(
        "duration_without_unit",
        {"notifications": {"endpoints": [{"name": "a", "url": "http://127.0.0.1:1", "timeout": 500}]}},
        "timeout=500ns",
    ),
    "small chunks": Case("s3_chunksize_invalid", _s3(chunksize=5242880), "listening on"),
    "purging with a quoted false": Case(
        "maintenance_malformed",
        _storage(maintenance={"uploadpurging": {**PURGING, "enabled": "false"}}),
        "Starting upload purge in",
    ),
    "metrics without a slash": Case(
        "prometheus_path_malformed",
        {"http": {"debug": {"addr": "127.0.0.1:@DEBUG", "prometheus": {"enabled": True, "path": "metrics"}}}},
        "providing prometheus metrics on metrics",
    ),
}
"""What it starts with, and what is a finding all the same, of less weight."""

ACCEPTED: dict[str, Overlay] = {
    "version in quotes": {"version": "0.1"},
    "level in capitals": {"log": {"level": "INFO"}},
    "cache by its older name": _storage(cache={"layerinfo": "inmemory"}),
    "cache of no type": _storage(cache={}),
    "auth none": _auth(none={}),
    "no purging": _storage(maintenance={"uploadpurging": {"enabled": False}}),
    "purging without enabled": _storage(
        maintenance={"uploadpurging": {k: PURGING[k] for k in PURGING if k != "enabled"}}
    ),
    "readonly empty": _storage(maintenance={"readonly": {}}),
    "redirect": _storage(redirect={"disable": False}),
    "region of another service": _s3(region="minio", regionendpoint="http://127.0.0.1:1"),
    "v4auth off elsewhere": _s3(v4auth=False, regionendpoint="http://127.0.0.1:1"),
    "storage class in small letters": _s3(storageclass="none"),
    "no drain time": {"http": {"draintimeout": "0"}},
    "numbers in a header": {"http": {"headers": {"X-A": [1, True]}}},
    "patterns": {"validation": {"manifests": {"urls": {"allow": ["(?P<n>a)", "a{,3}", "^*", "[]a]", "\\Q*\\E"]}}}},
    "broken pattern with validation off": {"validation": {"disabled": True, "manifests": {"urls": {"allow": ["("]}}}},
}
"""What it starts with, and what must not be a finding."""


@dataclass
class Bench:
    """Runs docker-registry with a configuration in a folder of its own."""

    folder: Path
    processes: Processes
    port: int
    debug_port: int

    @property
    def file(self) -> Path:
        """The configuration."""
        return self.folder / "config.yml"

    def write(self, *overlays: Overlay) -> None:
        """Write a minimal configuration with the overlays over it, the later ones over the earlier."""
        tree: dict[str, Any] = {
            "version": 0.1,
            "storage": {"filesystem": {"rootdirectory": str(self.folder / "data")}},
            "http": {"addr": f"127.0.0.1:{self.port}"},
        }
        for overlay in overlays:
            lay_over(tree, overlay)
        text = yaml.safe_dump(tree).replace("@PORT", str(self.port)).replace("@DEBUG", str(self.debug_port))
        self.file.write_text(text)

    def run(self, variables: Mapping[str, str]) -> tuple[int | None, str]:
        """Start the registry; the status of /v2/ (None where it ended instead), and all that it said until then."""
        log = self.folder / "registry.log"
        log.unlink(missing_ok=True)
        registry = self.processes.start(
            "registry",
            [find_program("docker-registry"), "serve", self.file],
            log=log,
            environment={**minimal_environment(self.folder), **variables},
        )
        wait_until(lambda: not registry.running or self.status() is not None, "the registry neither ended nor answered")
        status = self.status() if registry.running else None
        self.stop(registry)
        return status, log.read_text()

    def status(self) -> int | None:
        """What /v2/ answers."""
        return status_of(f"http://127.0.0.1:{self.port}/v2/")

    def stop(self, registry: Process) -> None:
        """End this one process."""
        registry.stop()

    def config(self, variables: Mapping[str, str]) -> RegistryConfig:
        """The configuration as regdoctor reads it."""
        place = Place("environment of the service", 1, "environment")
        given = [(name, value, place) for name, value in variables.items()]
        return parse_registry_config(self.file.read_bytes(), str(self.file), given)


def lay_over(tree: dict[str, Any], overlay: Overlay) -> None:
    """Lay the overlay over the tree, mapping over mapping and list over list; None takes a key away."""
    for key, value in overlay.items():
        old = tree.get(key)
        if value is None:
            tree.pop(key, None)
        elif isinstance(value, dict) and isinstance(old, dict):
            lay_over(old, value)
        elif isinstance(value, dict):
            tree[key] = {}
            lay_over(tree[key], value)
        elif isinstance(value, list) and isinstance(old, list) and all(isinstance(item, dict) for item in value + old):
            for there, here in zip(old, value, strict=True):
                lay_over(there, here)
        else:
            tree[key] = value


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    processes = Processes()
    try:
        yield Bench(tmp_path, processes, *free_ports(2))
    finally:
        processes.stop_all()


def judge(name: str, config: RegistryConfig) -> list[Fail]:
    """The findings of one check on a registry of Debian's package."""
    (item,) = select([name])
    evidence: dict[str, object] = {"config": config, "product": DEBIAN}
    found = item.judge(**{key: evidence[key] for key in item.inputs})
    outcomes = [found] if isinstance(found, Outcome) else list(found)
    return [outcome for outcome in outcomes if isinstance(outcome, Fail)]


def mend(bench: Bench, case: Case, fails: list[Fail]) -> None:
    """Write the configuration that the case gives, or that the remedies of the findings make."""
    if case.mended is not None:
        bench.write(case.broken, case.mended)
        return
    commands = [command for fail in fails for command in fail.remedy[Dialect.PLAIN].commands]
    bench.write(case.broken, *(yaml.safe_load(command) for command in commands))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_called_refused_is_refused_and_the_remedy_mends_it(name: str, bench: Bench) -> None:
    case = REFUSED[name]
    bench.write(case.broken)
    status, said = bench.run(case.variables)
    fails = judge(case.check, bench.config(case.variables))

    assert status is None
    assert case.says in said
    assert fails
    assert {quote.source for fail in fails for quote in fail.evidence} <= {
        str(bench.file),
        "environment of the service",
    }
    assert all((fail.severity or Severity.CRITICAL) is Severity.CRITICAL for fail in fails)
    assert all("not start" in fail.message or "nothing can listen" in fail.message for fail in fails)
    assert told(case, said)

    mend(bench, case, fails)
    assert judge(case.check, bench.config({})) == []
    status, said = bench.run({})
    assert status == 200, said


def told(case: Case, said: str) -> bool:
    """Whether one of the symptoms that the check declares stands in the registry's output."""
    item: Check = select([case.check])[0]
    return any(symptom in said for symptom in item.symptoms)


@pytest.mark.parametrize("name", RUNS)
def test_what_is_a_lesser_finding_starts_and_the_remedy_mends_it(name: str, bench: Bench) -> None:
    case = RUNS[name]
    bench.write(case.broken)
    status, said = bench.run({})
    fails = judge(case.check, bench.config({}))

    assert status == 200, said
    assert case.says in said
    assert [fail for fail in fails if "does not start" in fail.message] == []
    severities = [fail.severity or select([case.check])[0].severity for fail in fails]
    assert severities
    assert max(severities) < Severity.CRITICAL

    mend(bench, case, fails)
    assert judge(case.check, bench.config({})) == []
    assert bench.run({})[0] == 200


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_the_registry_accepts_is_no_finding(name: str, bench: Bench) -> None:
    bench.write(ACCEPTED[name])
    status, said = bench.run({})

    assert status == 200, said
    checks = {case.check for case in (*REFUSED.values(), *RUNS.values())}
    assert {check: judge(check, bench.config({})) for check in checks} == {check: [] for check in checks}


def test_two_schemes_of_which_one_is_a_variables_are_mixed_by_chance(bench: Bench) -> None:
    bench.write(_auth(silly={"realm": "r", "service": "s"}))
    variables = {"REGISTRY_AUTH_HTPASSWD_REALM": "r", "REGISTRY_AUTH_HTPASSWD_PATH": str(bench.folder / "htpasswd")}
    (fail,) = judge("auth_scheme_not_one", bench.config(variables))
    assert "left to chance" in fail.message
    assert fail.remedy[Dialect.PLAIN].commands == ("REGISTRY_AUTH=htpasswd",)

    reset = {**variables, "REGISTRY_AUTH": "htpasswd"}
    assert judge("auth_scheme_not_one", bench.config(reset)) == []
    assert bench.run(reset)[0] == 401
