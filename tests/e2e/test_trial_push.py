"""A trial push through real components: it comes through, it stops where they stop it, and nothing of it stays."""

from __future__ import annotations

import shlex
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from regdoctor.check import Dialect, Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.installation import Installation
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner, TrialPush
from regdoctor.evidence.trust import TrustedCAs
from regdoctor.formats.registry_config import RegistryConfig, parse_registry_config
from regdoctor.http import Http
from regdoctor.injection import Absent
from regdoctor.lab.image import build_image, push_image
from regdoctor.lab.material import LOGIN, PROJECT
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.processes import Processes, wait_until
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.lab.stack import Stack
from regdoctor.probes.ledger import Ledger
from regdoctor.probes.push_steps import PushSteps
from regdoctor.probes.repository_door import RepositoryDoor
from regdoctor.probes.trial_image import trial_image
from regdoctor.probes.trial_push import TRIAL_REPOSITORY, push_trial
from regdoctor.probes.trial_removal import clean_up_trials
from regdoctor.redaction import Secret
from regdoctor.target import Login
from tests.e2e.conftest import StackWith
from tests.e2e.lone_registry import LoneRegistry
from tests.e2e.nginx_site import Site

OPEN = TokenSource(False, "", "", "")
HERE = Installation(Path("/"), Dialect.PLAIN, live=True)
NOWHERE = Absent("another host's")
DELETES = "storage: {{filesystem: {{rootdirectory: {folder}/data}}, delete: {{enabled: true}}}}\n"
MANNERS = list(Manner)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger of this test's own."""
    return Ledger(tmp_path / "state/ledger.json")


@pytest.fixture
def door() -> Http:
    """The door with the system's trust."""
    return Http(TrustedCAs())


def start(registry: LoneRegistry, *, deletes: bool = True) -> None:
    """Serve, with an image that is not ours."""
    registry.serve(DELETES.format(folder=registry.folder) if deletes else "")
    push_image(registry.url, "group/project", "latest", build_image("not ours\n"), "")


def contents(registry: LoneRegistry) -> dict[str, bytes | None]:
    """Every file and folder of the storage."""
    top = registry.folder / "data"
    return {str(path.relative_to(top)): path.read_bytes() if path.is_file() else None for path in top.rglob("*")}


def push(
    url: str,
    door: Http,
    ledger: Ledger,
    *,
    manner: Manner = Manner.CHUNKED,
    size: int = 1024,
    repository: str = TRIAL_REPOSITORY,
    source: TokenSource = OPEN,
    config: RegistryConfig | None = None,
    public: bool = True,
) -> TrialPush:
    """A push; with a configuration it is on the registry's own host."""
    return push_trial(
        Endpoint(url, Quote("", "")),
        repository,
        manner=manner,
        size=size,
        door=door,
        source=source,
        ledger=ledger,
        installation=HERE if config else NOWHERE,
        config=config or NOWHERE,
        deadline=60.0,
        public=public,
    )


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
    asker = RepositoryDoor(door, OPEN, "a/b", float("inf"))
    here = Endpoint(lone_registry.url, Quote("", ""))
    PushSteps(here, "a/b", Manner.CHUNKED, True, image, asker, ledger, 10.0).run()

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


def test_elsewhere_the_unlinked_bytes_are_told(lone_registry: LoneRegistry, door: Http, ledger: Ledger) -> None:
    start(lone_registry)
    before = contents(lone_registry)

    found = push(lone_registry.url, door, ledger)

    assert found.succeeded
    assert found.left == (
        f"the bytes of 3 deleted blobs of {TRIAL_REPOSITORY} stay in the storage; garbage collection on the "
        "registry's host removes them",
    )
    assert ledger.entries(lone_registry.url) == ()
    stay = {path for path in contents(lone_registry).keys() - before.keys() if contents(lone_registry)[path]}
    assert {path.split("/")[3] for path in stay} == {"blobs"}
    assert len(stay) == 3


def test_a_registry_that_deletes_nothing_keeps_the_image_and_what_is_told_removes_it(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger, tmp_path: Path
) -> None:
    start(lone_registry, deletes=False)

    found = push(lone_registry.url, door, ledger)

    assert found.succeeded
    (line,) = found.left
    assert "UNSUPPORTED" in line
    assert "switch storage.delete.enabled on" in line
    assert sorted(entry.kind for entry in ledger.entries(lone_registry.url)) == ["blob", "blob", "manifest", "tag"]
    command = line.split("`")[1]
    tag = command.rpartition(":")[2]
    assert lone_registry.ask("GET", f"/v2/{TRIAL_REPOSITORY}/manifests/{tag}").status == 200

    lone_registry.serve(DELETES.format(folder=lone_registry.folder))
    subprocess.run(shlex.split(command), check=True, env=minimal_environment(tmp_path), capture_output=True)
    assert lone_registry.ask("GET", f"/v2/{TRIAL_REPOSITORY}/manifests/{tag}").status == 404

    assert len(clean_up(lone_registry, door, ledger)) == 1  # the two blobs' bytes
    assert ledger.entries(lone_registry.url) == ()


def clean_up(
    registry: LoneRegistry, door: Http, ledger: Ledger, config: RegistryConfig | None = None
) -> tuple[str, ...]:
    """What the next run does first."""
    where = HERE if config else NOWHERE
    return clean_up_trials(
        registry.url,
        door=door,
        source=OPEN,
        ledger=ledger,
        installation=where,
        config=config or NOWHERE,
        deadline=20.0,
    )


def test_with_its_storage_at_hand_nothing_stays_even_of_one_that_deletes_nothing(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger
) -> None:
    start(lone_registry, deletes=False)
    before = contents(lone_registry)

    found = push(lone_registry.url, door, ledger, config=lone_registry.config())

    assert (found.stopped, found.left) == ("", ())
    assert contents(lone_registry) == before
    assert ledger.entries(lone_registry.url) == ()


CHILD = """
import sys, threading
from pathlib import Path
from regdoctor.check import Quote
from regdoctor.evidence.endpoints import Endpoint
from regdoctor.evidence.token_source import TokenSource
from regdoctor.evidence.trial_push import Manner
from regdoctor.http import Http, TrustedCAs
from regdoctor.injection import Absent
from regdoctor.probes import push_steps, trial_push
from regdoctor.probes.ledger import Ledger
url, ledger, manner, at = sys.argv[1:]
step = getattr(push_steps.PushSteps, at)
def stop(*given):
    if at == "_send_body":
        whole = given[3].pieces
        def pieces():
            for number, piece in enumerate(whole()):
                if number == 50:
                    print("now", flush=True)
                    threading.Event().wait()
                yield piece
        given = (*given[:3], type(given[3])(pieces, given[3].length), *given[4:])
        return step(*given)
    print("now", flush=True)
    threading.Event().wait()
setattr(push_steps.PushSteps, at, stop)
none = Absent("none")
trial_push.push_trial(
    Endpoint(url, Quote("", "")), trial_push.TRIAL_REPOSITORY, manner=Manner(manner), size=5_000_000,
    door=Http(TrustedCAs()), source=TokenSource(False, "", "", ""), ledger=Ledger(Path(ledger)),
    installation=none, config=none, deadline=60.0, public=True,
)
"""
"""A run that stops in the middle: of the layer's bytes, before the manifest, or before it is read back."""


@pytest.mark.parametrize("at", ["_send_body", "_push_manifest", "_read_back"])
@pytest.mark.parametrize("manner", MANNERS)
def test_what_a_killed_run_leaves_the_next_one_removes(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger, manner: Manner, at: str
) -> None:
    start(lone_registry)
    before = contents(lone_registry)
    words = [sys.executable, "-c", CHILD, lone_registry.url, str(ledger.path), manner.value, at]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        wait_until(lambda: any(path.endswith("/data") for path in contents(lone_registry).keys() - before.keys()), at)
        child.kill()
    if at == "_send_body":
        lone_registry.wait_until(lambda: "client disconnected" in lone_registry.log, "the end of the upload")
    assert ledger.entries(lone_registry.url)
    assert contents(lone_registry) != before

    assert clean_up(lone_registry, door, ledger, lone_registry.config()) == ()

    assert contents(lone_registry) == before
    assert ledger.entries(lone_registry.url) == ()


def test_an_upload_that_broke_off_stays_noted_where_the_registry_does_not_cancel_it(
    lone_registry: LoneRegistry, door: Http, ledger: Ledger
) -> None:
    start(lone_registry)
    words = [sys.executable, "-c", CHILD, lone_registry.url, str(ledger.path), "chunked", "_send_body"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"now\n"
        wait_until(lambda: any(path.endswith("/data") and "_uploads" in path for path in contents(lone_registry)), "")
        child.kill()

    (line,) = clean_up(lone_registry, door, ledger)

    assert "BLOB_UPLOAD_INVALID" in line
    assert "uploadpurging" in line
    assert [entry.kind for entry in ledger.entries(lone_registry.url)] == ["upload"]


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


@pytest.fixture
def site(tmp_path: Path, lone_registry: LoneRegistry) -> Iterator[Site]:
    """A site whose registry runs."""
    processes = Processes()
    try:
        start(lone_registry)
        yield Site(tmp_path, processes, lone_registry)
    finally:
        processes.stop_all()


@pytest.fixture
def trusting(site: Site) -> Http:
    """A door that trusts the site."""
    return Http(TrustedCAs((("server.crt", (site.folder / "server.crt").read_text()),)))


@pytest.mark.parametrize("manner", MANNERS)
def test_nginx_refuses_a_large_body_and_signs_for_it(
    site: Site, trusting: Http, ledger: Ledger, manner: Manner
) -> None:
    site.front({"size": None})
    before = contents(site.registry)

    found = push(site.url, trusting, ledger, manner=manner, size=20_000_000, config=site.registry.config())

    assert found.last is not None
    assert found.last.status == 413
    assert found.stopped.endswith("got 413")
    assert found.left == ()
    assert contents(site.registry) == before
    assert ledger.entries(site.url) == ()
    assert push(site.url, trusting, ledger, manner=manner, size=500_000, config=site.registry.config()).succeeded


@pytest.mark.parametrize("manner", MANNERS)
def test_a_location_that_leads_away_ends_the_push_at_the_public_hop_alone(
    site: Site, trusting: Http, ledger: Ledger, manner: Manner
) -> None:
    before = contents(site.registry)
    with socket.create_server(("127.0.0.1", 0)) as other:
        elsewhere = f"127.0.0.1:{other.getsockname()[1]}"
        site.front({"Host": f"proxy_set_header Host {elsewhere};"})

        found = push(site.url, trusting, ledger, manner=manner, config=site.registry.config())
        inner = push(site.url, trusting, ledger, manner=manner, config=site.registry.config(), public=False)

        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.accept()
    assert found.location.startswith(f"https://{elsewhere}/")
    assert f"Location leads away from {site.url}, to https://{elsewhere}; nothing was sent there" in found.stopped
    assert [exchange.method for exchange in found.exchanges] == ["HEAD", "POST"]
    assert inner.succeeded
    assert (found.left, inner.left) == ((), ())
    assert contents(site.registry) == before


def test_a_location_of_plain_http_ends_the_push(site: Site, trusting: Http, ledger: Ledger) -> None:
    site.front({"proto": None})
    found = push(site.url, trusting, ledger, config=site.registry.config())
    assert f"Location leads away from {site.url}, to http://localhost:{site.outer}" in found.stopped
    assert found.left == ()
