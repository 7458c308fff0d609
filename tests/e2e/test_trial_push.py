"""A trial push through real components: it comes through, others can pull it, and nothing of it stays."""

from __future__ import annotations

import subprocess
import tracemalloc
from pathlib import Path

import pytest

from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.formats.registry_config import parse_registry_config
from regdoctor.http import Http
from regdoctor.lab.material import LOGIN, PROJECT
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.stack import Stack
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.push_steps import PushSteps
from regdoctor.probes.repository_door import RepositoryDoor
from regdoctor.probes.trial_image import trial_image
from regdoctor.probes.trial_notes import TrialNotes
from regdoctor.probes.trial_push import TRIAL_REPOSITORY
from regdoctor.redaction import Secret
from regdoctor.target import Login
from tests.e2e.conftest import StackWith
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.trial_pushes import MANNERS, OPEN, contents, push, start


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of this test's own."""
    return Ledger(tmp_path / "state/ledger.json")


@pytest.fixture
def door() -> Http:
    """The door with the system's trust."""
    return Http(TrustedCAs())


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("size", [1024, 20_000_000])
@pytest.mark.parametrize("repository", [TRIAL_REPOSITORY, "group/project"])
def test_on_the_registrys_host_nothing_stays(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger, manner: Manner, size: int, repository: str
) -> None:
    start(lone_registry)
    before = contents(lone_registry)

    found = push(
        lone_registry.url, door, ledger, manner=manner, size=size, repository=repository, config=lone_registry.config()
    )

    assert (found.stopped, found.left) == ("", ())
    assert found.location.startswith(f"{lone_registry.url}/v2/{repository}/blobs/uploads/")
    methods = [exchange.method for exchange in found.exchanges]
    upload = ["POST", "PUT"] if manner is Manner.MONOLITHIC else ["POST", "PATCH", "PUT"]
    blob = ["HEAD", *upload, "HEAD"]
    assert methods == [*blob, *blob, "PUT", "GET", "GET"]
    assert contents(lone_registry) == before
    assert ledger.entries(lone_registry.url) == ()


@pytest.mark.parametrize("manner", MANNERS)
def test_what_is_sent_is_never_in_memory_as_a_whole(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger, manner: Manner
) -> None:
    start(lone_registry)
    push(lone_registry.url, door, ledger, config=lone_registry.config())  # what is imported late is no growth
    tracemalloc.start()
    try:
        found = push(lone_registry.url, door, ledger, manner=manner, size=20_000_000, config=lone_registry.config())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert found.succeeded
    assert peak < 2_000_000


def test_the_image_is_one_that_others_pull(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger, tmp_path: Path
) -> None:
    start(lone_registry)
    image = trial_image(100_000)
    asker = RepositoryDoor(door, OPEN, "a/b", float("inf"), is_public=True)
    here = Endpoint(lone_registry.url, Quote("", ""))
    PushSteps(here, Manner.CHUNKED, True, image, asker, TrialNotes(ledger, here.url, "a/b"), 10.0).run()

    name = f"docker://{lone_registry.url.removeprefix('http://')}/a/b:{image.tag}"
    archive = f"docker-archive:{tmp_path}/image.tar"  # unpacks the layer, and holds it against its diff ID
    done = subprocess.run(
        [find_program("skopeo"), "--insecure-policy", "copy", "--src-tls-verify=false", name, archive],
        capture_output=True,
        text=True,
        check=False,
        env=minimal_environment(tmp_path),
    )

    assert done.returncode == 0, done.stderr


def gitlab_login(stack: Stack) -> TokenSource:
    """The login of the lab's user."""
    login = Login(LOGIN, Secret(stack.material.password, "password"))
    realm = f"{stack.settings.gitlab_url}/jwt/auth"
    return TokenSource(True, stack.settings.registry_url, realm, "container_registry", login=login)


@pytest.mark.parametrize("manner", MANNERS)
def test_with_tokens_and_a_bucket_nothing_stays(
    stack_with: StackWith, object_store: ObjectStore, ledger: Ledger, manner: Manner
) -> None:
    stack = stack_with(None)
    before = object_store.keys(stack.settings.bucket)
    file = stack.tree.config_yml

    found = push(
        stack.settings.registry_url,
        Http(TrustedCAs((("ca.crt", stack.tree.ca_file.read_text()),))),
        ledger,
        manner=manner,
        size=20_000_000,
        repository=f"{PROJECT}/trial",
        source=gitlab_login(stack),
        config=parse_registry_config(file.read_bytes(), str(file)),
    )

    assert (found.stopped, found.left) == ("", ())
    assert object_store.keys(stack.settings.bucket) == before
    assert ledger.entries(stack.settings.registry_url) == ()


def test_a_repository_that_the_user_may_not_push_to_is_told(stack_with: StackWith, ledger: Ledger) -> None:
    stack = stack_with(None)
    door = Http(TrustedCAs((("ca.crt", stack.tree.ca_file.read_text()),)))

    found = push(stack.settings.registry_url, door, ledger, source=gitlab_login(stack))

    assert "got 401" in found.stopped
    assert f"Name a repository that {LOGIN} may push to with --repository" in found.stopped
    assert found.left == ()
