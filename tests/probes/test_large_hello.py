"""Small and large in turns, at the registry and at its object store; no more than is needed to tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.endpoints import Endpoint, Endpoints
from regdoctor.evidence.exchange import Failure, FailureKind
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.large_hello import OBJECT_STORE, REGISTRY, HelloLook, LargeHello
from regdoctor.evidence.service_environment import ServiceEnvironment
from regdoctor.formats.located import Place
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.injection import Absent
from regdoctor.probe import NotApplicableError
from regdoctor.probes import large_hello as module

Shaking = Callable[..., list[str]]
ABSENT = Absent("not part of this test")
CUT = Failure(FailureKind.RESET, "r:443: closed the connection")
S3 = "s3: {bucket: b, region: eu-central-1, regionendpoint: 'https://s3.example.com:9000'}"


@pytest.fixture
def shaking(monkeypatch: pytest.MonkeyPatch) -> Shaking:
    """Lets handshakes of each size end as given; gives what was tried: `small r.example.com:443`."""

    def start(small: tuple[Failure | None, ...], large: tuple[Failure | None, ...]) -> list[str]:
        tried: list[str] = []

        def shake(host: str, port: int, deadline: float, *, least: int = 0) -> HelloLook:
            word, ends = ("large", large) if least else ("small", small)
            done = len([one for one in tried if one == f"{word} {host}:{port}"])
            tried.append(f"{word} {host}:{port}")
            return HelloLook(least or 517, 0.01, ends[done])

        monkeypatch.setattr(module, "shake_hands", shake)
        monkeypatch.setenv("NO_PROXY", "example.com")
        return tried

    return start


def installation(*, live: bool = True, env: Path | None = None) -> Installation:
    """An Omnibus host."""
    return Installation(Path("/"), Dialect.OMNIBUS, live=live, env_directory=env)


def config(storage: str = S3) -> RegistryConfig:
    """A config.yml with that storage."""
    return parse_registry_config(f"version: 0.1\nstorage: {{{storage}}}\n".encode(), "/etc/config.yml")


def gather(
    url: str | None = "https://r.example.com",
    config: RegistryConfig | Absent = ABSENT,
    at: Installation | Absent = ABSENT,
    service: ServiceEnvironment | Absent = ABSENT,
) -> LargeHello:
    """The probe's evidence."""
    public = Endpoint(url, Quote("command line", "--registry")) if url else None
    found = module.large_hello.gather(
        Endpoints(public, None, None, None), config=config, installation=at, service=service
    )
    assert isinstance(found, LargeHello)
    return found


@pytest.mark.parametrize(
    ("small", "large", "tried"),
    [
        ((None,), (None,), ["small", "large"]),
        ((None, None), (CUT, CUT), ["small", "large", "small", "large"]),
        ((None, None), (CUT, None), ["small", "large", "small", "large"]),
        ((CUT,), (), ["small"]),
        ((None, CUT), (CUT,), ["small", "large", "small"]),
    ],
)
def test_no_more_is_tried_than_it_takes(
    small: tuple[Failure | None, ...], large: tuple[Failure | None, ...], tried: list[str], shaking: Shaking
) -> None:
    done = shaking(small, large)
    (trial,) = gather().trials
    assert done == [f"{word} r.example.com:443" for word in tried]
    assert (len(trial.small), len(trial.large)) == (tried.count("small"), tried.count("large"))
    assert trial.refused is (large == (CUT, CUT))


def test_the_object_store_is_tried_where_the_registry_runs_here(shaking: Shaking) -> None:
    done = shaking((None,), (None,))
    found = gather(config=config(), at=installation())
    assert [trial.whose for trial in found.trials] == [REGISTRY, OBJECT_STORE]
    assert "large s3.example.com:9000" in done
    store = found.trials[1].endpoint
    assert (store.said_by.source, store.said_by.line) == ("/etc/config.yml", 2)


@pytest.mark.parametrize(
    ("storage", "live"),
    [
        (S3, False),
        ("filesystem: {rootdirectory: /data}", True),
        ("s3: {bucket: b, region: r, regionendpoint: 'http://s3.example.com'}", True),
        ("s3: {bucket: b, region: r, regionendpoint: 'https://[s3'}", True),
        ("s3: {region: r}", True),
    ],
)
def test_no_other_object_store_is_tried(storage: str, live: bool, shaking: Shaking) -> None:
    shaking((None,), (None,))
    found = gather(config=config(storage), at=installation(live=live))
    assert [trial.whose for trial in found.trials] == [REGISTRY]


def test_what_keeps_the_registrys_own_small_is_seen(shaking: Shaking, tmp_path: Path) -> None:
    shaking((None,) * 3, (None,) * 3)
    assert gather(config=config(), at=installation(env=tmp_path)).trials[1].spared is None
    (tmp_path / "GODEBUG").write_text("netdns=go,tlsmlkem=0\n")
    found = gather(config=config(), at=installation(env=tmp_path))
    assert found.trials[0].spared is None
    assert found.trials[1].spared == Quote(str(tmp_path / "GODEBUG"), "netdns=go,tlsmlkem=0", 1)
    (tmp_path / "GODEBUG").write_text("tlsmlkem=1\n")
    assert gather(config=config(), at=installation(env=tmp_path)).trials[1].spared is None


def test_a_units_variable_counts_too(shaking: Shaking) -> None:
    shaking((None,), (None,))
    place = Place("/etc/systemd/system/registry.service", 9)
    unit = ServiceEnvironment(place.source, (("GODEBUG", "tlsmlkem=0", place),))
    found = gather(config=config(), at=installation(), service=unit)
    assert found.trials[1].spared == Quote(place.source, "GODEBUG=tlsmlkem=0", 9)


@pytest.mark.parametrize("url", [None, "http://r.example.com"])
def test_without_an_address_by_https_there_is_nothing_to_try(url: str | None, shaking: Shaking) -> None:
    done = shaking((), ())
    with pytest.raises(NotApplicableError, match="no address by https"):
        gather(url)
    assert done == []


def test_behind_a_proxy_nothing_is_tried(shaking: Shaking, monkeypatch: pytest.MonkeyPatch) -> None:
    done = shaking((), ())
    monkeypatch.setenv("NO_PROXY", "other.example")
    monkeypatch.setenv("no_proxy", "other.example")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(NotApplicableError):
        gather()
    assert done == []
