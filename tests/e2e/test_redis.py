"""The real Redis behind a real registry, broken in every way that the checks of Redis name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regdoctor import redaction
from regdoctor.check import Check, Dialect, Fail, Outcome, Pass, Severity
from regdoctor.checks.redis.redis_password_refused import redis_password_refused
from regdoctor.checks.redis.redis_sentinel_name_unknown import redis_sentinel_name_unknown
from regdoctor.checks.redis.redis_takes_no_writes import redis_takes_no_writes
from regdoctor.checks.redis.redis_timeout_too_short import redis_timeout_too_short
from regdoctor.checks.redis.redis_unreachable import redis_unreachable
from regdoctor.checks.storage.replicas_cache_apart import replicas_cache_apart
from regdoctor.distribution.generation import Generation
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.evidence.redis_answer import RedisAnswer
from regdoctor.evidence.replicas import Replicas
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http, TrustedCAs
from regdoctor.lab.image import build_image, push_image
from regdoctor.probes.redis_answer import redis_answer
from tests.certificates import issue
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.redis_servers import RedisSite, SlowWire, TlsRedis

if TYPE_CHECKING:
    from tests.e2e.conftest import LoneRegistries

CHECKS = (
    redis_password_refused,
    redis_sentinel_name_unknown,
    redis_takes_no_writes,
    redis_timeout_too_short,
    redis_unreachable,
)
TWO, THREE, GITLABS = (Product(one, reason="so") for one in Generation)
TRUST = TrustedCAs()
PASSWORD = "the-right-password"


@pytest.fixture(autouse=True, scope="module")
def _secrets_of_this_module() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redaction, "_known", {})
        yield


@pytest.fixture(scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisSite]:
    site = RedisSite(tmp_path_factory.mktemp("redis"))
    yield site
    site.stop()


@pytest.fixture
def site(_site: RedisSite) -> Iterator[RedisSite]:
    """A server as it comes, with a sentinel; whatever a test does to it is taken back by a fresh start."""
    yield _site
    _site.start()


def serve(registry: LoneRegistry, site: RedisSite, more: str = "", port: int = 0) -> None:
    """Start a registry with its cache in that Redis."""
    store = f"{{filesystem: {{rootdirectory: {registry.folder}/data}}, delete: {{enabled: true}}"
    times = "" if "timeout" in more else ", dialtimeout: 1s, readtimeout: 1s, writetimeout: 1s"
    registry.serve(
        f"storage: {store}, cache: {{blobdescriptor: redis}}}}\n"
        f"redis: {{addr: '127.0.0.1:{port or site.port}'{more}{times}}}\n"
    )


def gather(config: RegistryConfig, product: Product, trust: TrustedCAs = TRUST) -> RedisAnswer:
    """What the probe sees with these settings on this very machine."""
    here = Installation(Path("/"), Dialect.PLAIN, live=True)
    answer = redis_answer.gather(installation=here, config=config, product=product, door=Http(trust))
    assert isinstance(answer, RedisAnswer)
    return answer


def judge(config: RegistryConfig, product: Product = TWO, trust: TrustedCAs = TRUST) -> dict[str, list[Fail]]:
    """The findings of all checks of Redis, by check."""
    answer = gather(config, product, trust)
    found: dict[str, list[Fail]] = {}
    for item in CHECKS:
        fails = [outcome for outcome in _outcomes(item, answer, product) if isinstance(outcome, Fail)]
        if fails:
            found[item.name] = fails
    return found


def _outcomes(item: Check, answer: RedisAnswer, product: Product) -> list[Outcome]:
    told = item.judge(redis=answer, **({"product": product} if "product" in item.inputs else {}))
    return [told] if isinstance(told, Outcome) else list(told)


def only(found: dict[str, list[Fail]], item: Check) -> Fail:
    """The one finding, which must be this check's."""
    assert set(found) == {item.name}, found
    (fail,) = found[item.name]
    assert all(quote.quote for quote in fail.evidence)
    assert PASSWORD not in str(fail)
    return fail


def push(registry: LoneRegistry) -> str:
    """Push an image, which must succeed; gives the path of a blob that can be deleted."""
    push_image(registry.url, "group/project", "latest", build_image("x\n"), "")
    digest = f"sha256:{hashlib.sha256(b'{}').hexdigest()}"
    begun = registry.ask("POST", "/v2/group/project/blobs/uploads/")
    place = begun.headers["location"].partition(str(registry.port))[2]
    assert registry.ask("PUT", f"{place}&digest={digest}", b"{}").status == 201
    return f"/v2/group/project/blobs/{digest}"


def for_gitlabs(section: str) -> RegistryConfig:
    """The configuration of GitLab's registry with this as `redis`; that registry is not at hand to be run."""
    return parse_registry_config(f"version: 0.1\nredis: {section}\n".encode(), "/etc/config.yml")


def test_a_healthy_redis_gives_no_finding(lone_registry: LoneRegistry, site: RedisSite) -> None:
    serve(lone_registry, site)
    push(lone_registry)

    assert int(str(site.say("DBSIZE"))) > 0  # the registry does use it
    assert judge(lone_registry.config()) == {}
    (use,) = gather(lone_registry.config(), TWO).uses
    assert use.lone is not None
    assert use.lone.info["role"] == "master"
    assert "error" not in lone_registry.log


def test_the_right_password_and_another_database_give_no_finding(lone_registry: LoneRegistry, site: RedisSite) -> None:
    site.say("CONFIG", "SET", "requirepass", PASSWORD)
    serve(lone_registry, site, f", password: {PASSWORD}, db: 3")
    push(lone_registry)

    assert int(str(site.say("DBSIZE", password=PASSWORD))) == 0
    assert "db3:" in str(site.say("INFO", "keyspace", password=PASSWORD))
    assert judge(lone_registry.config()) == {}


def test_without_redis_pulls_go_on_and_deleting_a_blob_fails(lone_registry: LoneRegistry, site: RedisSite) -> None:
    serve(lone_registry, site)
    site.halt()
    blob = push(lone_registry)

    fail = only(judge(lone_registry.config()), redis_unreachable)
    assert fail.resource == site.address
    assert "connection refused" in fail.message
    assert "deleting a blob gets 500" in fail.message
    assert lone_registry.ask("GET", "/v2/group/project/manifests/latest").status == 200
    assert lone_registry.ask("DELETE", blob).status == 500
    assert all(words in lone_registry.log for words in redis_unreachable.symptoms[:2])


def test_a_redis_that_does_not_answer_in_time_is_told(lone_registry: LoneRegistry, site: RedisSite) -> None:
    with SlowWire(site.port, 60) as wire:
        serve(lone_registry, site, port=wire.port)
        fail = only(judge(lone_registry.config()), redis_unreachable)

    assert "still waiting for the response" in fail.message
    assert fail.failure_modes == ("RED-05",)


def test_too_few_databases_turn_the_registry_away(lone_registry: LoneRegistry, site: RedisSite) -> None:
    serve(lone_registry, site, ", db: 99")
    push(lone_registry)

    assert "ERR DB index is out of range" in only(judge(lone_registry.config()), redis_unreachable).message
    assert "ERR DB index is out of range" in lone_registry.log


@pytest.mark.parametrize(
    ("has", "sent", "symptom"),
    [
        (PASSWORD, ", password: another-password", redis_password_refused.symptoms[0]),
        (PASSWORD, "", redis_password_refused.symptoms[1]),
        ("", ", password: another-password", redis_password_refused.symptoms[2]),
    ],
)
def test_a_login_that_is_refused_is_told(
    lone_registry: LoneRegistry, site: RedisSite, has: str, sent: str, symptom: str
) -> None:
    site.say("CONFIG", "SET", "requirepass", has)
    serve(lone_registry, site, sent)
    blob = push(lone_registry)
    deleted = lone_registry.ask("DELETE", blob)

    fail = only(judge(lone_registry.config()), redis_password_refused)
    assert fail.resource == "redis.password"
    assert symptom in fail.evidence[-1].quote
    assert "another-password" not in str(fail)
    assert deleted.status == 500
    assert symptom in lone_registry.log + deleted.body.decode()


def test_a_replica_refuses_what_the_registry_writes(lone_registry: LoneRegistry, site: RedisSite) -> None:
    serve(lone_registry, site)
    blob = push(lone_registry)
    site.say("REPLICAOF", "127.0.0.1", "1")

    assert "127.0.0.1:1" in only(judge(lone_registry.config()), redis_takes_no_writes).message
    assert lone_registry.ask("DELETE", blob).status == 500
    assert redis_takes_no_writes.symptoms[0] in lone_registry.log


@pytest.mark.parametrize("rights", [("resetkeys", "~other:*"), ("-@hash",)])
def test_a_user_who_may_not_look_up_what_is_kept_is_told(
    lone_registry: LoneRegistry, site: RedisSite, rights: tuple[str, ...]
) -> None:
    site.say("ACL", "SETUSER", "default", *rights)
    serve(lone_registry, site)
    blob = push(lone_registry)
    fail = only(judge(lone_registry.config()), redis_password_refused)

    assert "the user default in, who may not look up" in fail.message
    assert "HMGET" in fail.evidence[-1].quote
    assert lone_registry.ask("DELETE", blob).status == 500
    assert redis_password_refused.symptoms[4] in lone_registry.log
    (command,) = fail.remedy[Dialect.PLAIN].commands
    site.say(*command.split()[5:])
    assert judge(lone_registry.config()) == {}
    assert lone_registry.ask("DELETE", blob).status == 202


def test_a_private_authority_is_told_until_the_host_trusts_it(tmp_path: Path) -> None:
    authority = issue("Redis CA", authority=True)
    pair = issue("localhost", authority, ips=["127.0.0.1"])
    with TlsRedis(tmp_path, pair.pem, pair.key_pem, PASSWORD) as site:
        config = for_gitlabs(f"{{addr: '{site.address}', password: {PASSWORD}, tls: {{enabled: true}}}}")
        fail = only(judge(config, GITLABS), redis_unreachable)

        assert fail.failure_modes == ("TLS-14",)
        assert "authority" in fail.message or "certificate" in fail.message
        assert site.logins() == 0  # no password goes where the certificate does not verify
        assert judge(config, GITLABS, TrustedCAs((("redis-ca.pem", authority.pem),))) == {}
        assert site.logins() > 0


def test_a_full_redis_keeps_nothing(lone_registry: LoneRegistry, site: RedisSite) -> None:
    site.say("CONFIG", "SET", "maxmemory", "1000")
    serve(lone_registry, site)
    push(lone_registry)

    assert "full" in only(judge(lone_registry.config()), redis_takes_no_writes).message
    assert site.say("DBSIZE") == 0
    site.say("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    assert judge(lone_registry.config()) == {}


def test_an_answer_that_takes_longer_than_readtimeout_is_told(lone_registry: LoneRegistry, site: RedisSite) -> None:
    with SlowWire(site.port, 0.1) as wire:
        serve(lone_registry, site, ", dialtimeout: 1s, readtimeout: 50ms, writetimeout: 1s", wire.port)
        blob = push(lone_registry)
        deleted = lone_registry.ask("DELETE", blob)
        fail = only(judge(lone_registry.config()), redis_timeout_too_short)

    assert fail.resource == "redis.readtimeout"
    assert deleted.status == 500
    assert "i/o timeout" in lone_registry.log


def test_a_sentinels_main_server_is_found_by_its_name_alone(site: RedisSite) -> None:
    right = for_gitlabs(f"{{addr: '{site.sentinel}', mainname: the-main-one}}")
    wrong = for_gitlabs(f"{{addr: '{site.sentinel}', mainname: mymaster}}")

    assert judge(right, GITLABS) == {}
    (use,) = gather(right, GITLABS).uses
    assert use.main is not None
    assert use.main.address == site.address
    fail = only(judge(wrong, GITLABS), redis_sentinel_name_unknown)
    assert "called mymaster, but the-main-one" in fail.message
    assert "the registry does not start without it" in fail.message
    assert fail.severity is Severity.ERROR
    assert fail.resource == "redis.mainname"


def test_a_sentinel_of_distribution_3_is_asked_likewise(site: RedisSite) -> None:
    text = "storage: {{cache: {{blobdescriptor: redis}}}}\nredis: {{addrs: ['{}'], mastername: mymaster}}\n"
    config = parse_registry_config(text.format(site.sentinel).encode(), "/etc/config.yml")

    assert only(judge(config, THREE), redis_sentinel_name_unknown).resource == "redis.mastername"


def test_a_needless_password_is_no_matter_to_a_registry_that_names_the_user(site: RedisSite) -> None:
    assert judge(for_gitlabs(f"{{addr: '{site.address}', password: another-password}}"), GITLABS) == {}


def test_what_is_no_redis_is_told_so(lone_registry: LoneRegistry, site: RedisSite) -> None:
    serve(lone_registry, site)
    of_a_web_server = for_gitlabs(f"{{cache: {{enabled: true, addr: '127.0.0.1:{lone_registry.port}'}}}}")

    fail = only(judge(of_a_web_server, GITLABS), redis_unreachable)
    assert "does not speak Redis' protocol" in fail.message
    assert "each request asks the database anew" in fail.message


def test_an_instance_remembers_a_blob_that_was_deleted_through_another(lone_registries: LoneRegistries) -> None:
    one, other = lone_registries("one"), lone_registries("other")
    for registry in (one, other):
        place = f"{{rootdirectory: {registry.folder.parent / 'shared'}}}"
        registry.serve(
            f"storage: {{filesystem: {place}, delete: {{enabled: true}}, cache: {{blobdescriptor: inmemory}}}}\n"
        )
    blob = push(one)
    before = [registry.ask("HEAD", blob).status for registry in (one, other)]
    assert one.ask("DELETE", blob).status == 202

    after = [registry.ask("HEAD", blob).status for registry in (one, other)]
    judged = replicas_cache_apart.judge(replicas=Replicas((one.config(), other.config())), product=TWO)
    assert isinstance(judged, Fail)
    assert (before, after) == ([200, 200], [404, 200])
    alone = Replicas((for_gitlabs("{}"), for_gitlabs("{}")))
    assert isinstance(replicas_cache_apart.judge(replicas=alone, product=TWO), Pass)
