"""Finding the installation: what is there, what runs, and what is only left over or a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from regdoctor.check import Dialect
from regdoctor.evidence.installation import FileKind, Installation
from regdoctor.exit_codes import UsageError
from regdoctor.probe import CouldNotGatherError, NotApplicableError
from regdoctor.probes import installation as module
from regdoctor.target import Target

CONFIG = "version: 0.1\nstorage: {inmemory: {}}\nhttp: {addr: ':5000'}\n"
PACKAGE = "etc/docker/registry/config.yml"
Start = Callable[..., subprocess.Popen[bytes]]


def look(target: Target) -> Installation:
    """The probe's answer."""
    found = module.installation.gather(target)
    assert isinstance(found, Installation)
    return found


def put(root: Path, *places: str, text: str = CONFIG) -> None:
    """Files with a content, each at its place."""
    for place in places:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a process with the name and the arguments of a registry: a shell that waits for its input to end."""
    started: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str, folder: Path = tmp_path, name: str = "docker-registry") -> subprocess.Popen[bytes]:
        if not (tmp_path / name).exists():  # a program that runs may not be written again
            shutil.copy("/bin/sh", tmp_path / name)
        if not (folder / "serve").exists():  # written again, it would be empty for a moment to a shell that reads it
            (folder / "serve").write_text("read line\n")  # the shell takes its first argument for a script
        process = subprocess.Popen([tmp_path / name, *arguments], cwd=folder, stdin=subprocess.PIPE)
        started.append(process)
        deadline = time.monotonic() + 10
        while not (psutil.Process(process.pid).name() == name and psutil.Process(process.pid).cmdline()):
            assert time.monotonic() < deadline
        return process

    yield run
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)


WAIT = """
import os, sys
open("/proc/self/comm", "w").write("registry")
os.chroot(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def contain() -> Iterator[Start]:
    """Starts a process with a registry's name and arguments in a mount namespace and a root folder of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def run(root: Path, *arguments: str, hide: Path | None = None) -> subprocess.Popen[bytes]:
        words = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        if hide:  # an empty folder lies over this one, for the process alone
            words += ["sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', str(hide)]
        words += [sys.executable, "-c", WAIT, str(root), *arguments]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process

    yield run
    for process in started:
        process.communicate(timeout=10)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Hides all but the named processes: other tests may run registries on this machine, too."""
    every = psutil.process_iter

    def hide(*processes: subprocess.Popen[bytes]) -> None:
        pids = [process.pid for process in processes]
        monkeypatch.setattr(psutil, "process_iter", lambda names: (p for p in every(names) if p.pid in pids))

    return hide


@pytest.fixture
def as_this_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes every root for this machine's own."""
    monkeypatch.setattr(Target, "is_this_host", property(lambda _: True))


@pytest.mark.parametrize(
    ("places", "dialect", "config"),
    [
        (
            ["var/opt/gitlab/registry/config.yml", "etc/gitlab/gitlab.rb"],
            Dialect.OMNIBUS,
            "var/opt/gitlab/registry/config.yml",
        ),
        (["home/git/gitlab/config/gitlab.yml", PACKAGE], Dialect.SOURCE, PACKAGE),
        (["var/run/secrets/kubernetes.io/token", PACKAGE], Dialect.HELM, PACKAGE),
        ([".dockerenv", "etc/distribution/config.yml"], Dialect.COMPOSE, "etc/distribution/config.yml"),
        ([PACKAGE], Dialect.PLAIN, PACKAGE),
    ],
)
def test_each_kind_of_installation_is_told(tmp_path: Path, places: list[str], dialect: Dialect, config: str) -> None:
    put(tmp_path, *places)
    found = look(Target(root=tmp_path))
    assert (found.dialect, found.registry_config) == (dialect, tmp_path / config)
    assert look(Target(root=tmp_path, dialect=Dialect.HELM)).dialect is Dialect.HELM


def test_all_parts_of_an_omnibus_installation_are_found(tmp_path: Path) -> None:
    put(tmp_path, "var/opt/gitlab/registry/config.yml", "var/opt/gitlab/gitlab-rails/etc/gitlab.yml")
    put(tmp_path, "etc/gitlab/gitlab-secrets.json", "etc/gitlab/trusted-certs/ca.crt")
    put(tmp_path, "opt/gitlab/etc/registry/env/REGISTRY_HTTP_ADDR")
    found = look(Target(root=tmp_path))
    assert found.gitlab_yml == tmp_path / "var/opt/gitlab/gitlab-rails/etc/gitlab.yml"
    assert found.gitlab_secrets == tmp_path / "etc/gitlab/gitlab-secrets.json"
    assert found.env_directory == tmp_path / "opt/gitlab/etc/registry/env"
    assert found.trusted_certificates == tmp_path / "etc/gitlab/trusted-certs"


def test_nothing_found_says_what_was_looked_for_and_what_to_pass(tmp_path: Path) -> None:
    with pytest.raises(NotApplicableError) as caught:
        look(Target(root=tmp_path))
    for words in (str(tmp_path / PACKAGE), "docker-registry runs", "--registry URL", "--root DIR", "--config FILE"):
        assert words in str(caught.value)
    with pytest.raises(NotApplicableError, match="only a URL was given"):
        look(Target(registry_url="https://registry.example.com"))


def test_a_packages_leftover_configuration_is_not_examined_on_this_host(tmp_path: Path, as_this_host: None) -> None:
    put(tmp_path, PACKAGE)
    with pytest.raises(NotApplicableError, match=r"config\.yml is there, but no registry runs with it"):
        look(Target(root=tmp_path))
    put(tmp_path, "run/systemd/system/x", "etc/systemd/system/multi-user.target.wants/docker-registry.service")
    assert look(Target(root=tmp_path)).registry_config == tmp_path / PACKAGE


def test_a_copied_tree_is_not_live_and_one_whose_registry_runs_here_is(tmp_path: Path, start: Start) -> None:
    put(tmp_path, PACKAGE)
    assert not look(Target(root=tmp_path)).live
    other = tmp_path / "other"
    put(other, PACKAGE)
    process = start("serve", str(other / PACKAGE))
    found = look(Target(root=other))
    assert found.live
    assert found.process is not None
    assert (found.process.pid, found.process.config) == (process.pid, other / PACKAGE)
    copy = tmp_path / "copy"
    put(copy, PACKAGE)
    assert not look(Target(root=copy)).live


def test_another_program_of_the_host_makes_its_tree_live_and_not_a_tree_with_a_longer_path(
    tmp_path: Path, start: Start
) -> None:
    root = tmp_path / "host"
    put(root, PACKAGE)
    longer = Path(f"/elsewhere{root}")
    start("serve", "-c", f"{longer}/nginx.conf", name="nginx")
    assert not look(Target(root=root)).live
    start("serve", f"conf={root}/nginx.conf", name="puma")
    assert look(Target(root=root)).live


def test_a_relative_argument_is_read_from_the_processs_folder(tmp_path: Path, start: Start) -> None:
    put(tmp_path, "etc/mine.yml")
    start("serve", "etc/mine.yml")
    found = look(Target(root=tmp_path))
    assert found.registry_config == tmp_path / "etc/mine.yml"
    assert found.live


def test_on_this_host_a_running_registry_is_taken_wherever_its_configuration_is(
    tmp_path: Path, start: Start, only: Callable[..., None]
) -> None:
    only(start("serve", str(tmp_path / "c.yml")))
    found = look(Target(root=Path("/")))
    assert found.live
    assert found.registry_config == tmp_path / "c.yml"


def test_a_containers_registry_is_not_judged_by_this_hosts_file_of_the_same_path(
    tmp_path: Path, contain: Start, only: Callable[..., None], as_this_host: None
) -> None:
    inside = tmp_path / "inside"
    put(tmp_path, PACKAGE)
    put(inside, str(tmp_path / PACKAGE).lstrip("/"))
    process = contain(inside, "serve", str(tmp_path / PACKAGE))
    only(process)
    pointer = f"in a container, .* as process {process.pid}: --root /proc/{process.pid}/root, as root, examines them"
    with pytest.raises(NotApplicableError, match=rf"config\.yml is there, but no registry runs with it.*{pointer}"):
        look(Target(root=tmp_path))
    (tmp_path / PACKAGE).unlink()
    with pytest.raises(NotApplicableError, match=f"No registry was found.*{pointer}"):
        look(Target(root=tmp_path))


def test_a_containers_registry_does_not_hide_the_hosts_own(
    tmp_path: Path, start: Start, contain: Start, only: Callable[..., None]
) -> None:
    put(tmp_path, "c.yml")
    (tmp_path / "inside").mkdir()
    elsewhere = contain(tmp_path / "inside", "serve", "/etc/docker/registry/config.yml")
    own = start("serve", str(tmp_path / "c.yml"))
    only(elsewhere, own)
    found = look(Target(root=Path("/")))
    assert found.process is not None
    assert (found.process.pid, found.registry_config) == (own.pid, tmp_path / "c.yml")


def test_by_its_processs_root_a_container_is_examined_as_it_runs(tmp_path: Path, contain: Start) -> None:
    inside = tmp_path / "inside"
    put(inside, PACKAGE, ".dockerenv")
    process = contain(inside, "serve", f"/{PACKAGE}")
    root = Path(f"/proc/{process.pid}/root")
    found = look(Target(root=root))
    assert found.process is not None
    assert (found.process.pid, found.process.config) == (process.pid, root / PACKAGE)
    assert (found.registry_config, found.live, found.dialect) == (root / PACKAGE, True, Dialect.COMPOSE)


def test_a_service_with_a_mount_namespace_and_the_hosts_files_is_the_hosts(
    tmp_path: Path, contain: Start, only: Callable[..., None]
) -> None:
    put(tmp_path, "c.yml")
    process = contain(Path("/"), "serve", str(tmp_path / "c.yml"))
    only(process)
    found = look(Target(root=Path("/")))
    assert found.process is not None
    assert found.process.pid == process.pid


def test_a_service_that_has_another_file_mounted_there_is_not_judged_by_the_hosts(
    tmp_path: Path, contain: Start, only: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "etc/c.yml")
    monkeypatch.setattr(module, "REGISTRY_CONFIGS", ())
    monkeypatch.setattr(module, "GITLAB_YMLS", ())
    process = contain(Path("/"), "serve", str(tmp_path / "etc/c.yml"), hide=tmp_path / "etc")
    only(process)
    with pytest.raises(NotApplicableError, match=f"as process {process.pid}: --root"):
        look(Target(root=Path("/")))


def test_a_process_whose_root_may_not_be_seen_is_the_hosts_where_its_configuration_is_there(
    tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, other: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "samefile", refuse)  # root may see every process
    put(tmp_path, PACKAGE, "mine.yml")
    process = start("serve", str(tmp_path / "mine.yml"))
    found = look(Target(root=tmp_path))
    assert found.process is not None
    assert found.process.pid == process.pid
    (tmp_path / "mine.yml").unlink()
    assert look(Target(root=tmp_path)).process is None


def test_of_several_registries_the_one_in_a_known_place_is_taken(tmp_path: Path, start: Start) -> None:
    put(tmp_path, PACKAGE, "a.yml", "b.yml")
    start("serve", str(tmp_path / "a.yml"))
    known = start("serve", str(tmp_path / PACKAGE))
    start("serve", str(tmp_path / "b.yml"))
    found = look(Target(root=tmp_path))
    assert found.process is not None
    assert (found.process.pid, found.registry_config) == (known.pid, tmp_path / PACKAGE)


def test_of_several_registries_elsewhere_one_must_be_named(tmp_path: Path, start: Start) -> None:
    put(tmp_path, "a.yml", "b.yml", "c.yml")
    a, b = (start("serve", str(tmp_path / name)) for name in ("a.yml", "b.yml"))
    with pytest.raises(CouldNotGatherError, match=r"several registries run here: .*--config FILE") as caught:
        look(Target(root=tmp_path))
    for process, name in ((a, "a.yml"), (b, "b.yml")):
        assert f"process {process.pid} with {tmp_path / name}" in str(caught.value)
    named = look(Target(root=tmp_path, config_files=(tmp_path / "b.yml",)))
    assert named.process is not None
    assert (named.process.pid, named.registry_config) == (b.pid, tmp_path / "b.yml")
    assert look(Target(root=tmp_path, config_files=(tmp_path / "c.yml",))).process is None


def test_several_processes_of_one_registry_are_one(tmp_path: Path, start: Start) -> None:
    put(tmp_path, "a.yml")
    pids = [start("serve", str(tmp_path / "a.yml")).pid for _ in range(2)]
    found = look(Target(root=tmp_path))
    assert found.process is not None
    assert found.process.pid in pids


def test_a_link_of_the_tree_that_leads_nowhere_is_there_and_its_reader_says_the_rest(tmp_path: Path) -> None:
    (tmp_path / "etc/docker").mkdir(parents=True)
    (tmp_path / "etc/docker/registry").symlink_to("/srv/registry")
    put(tmp_path, "srv/registry/x")
    (tmp_path / "srv/registry/config.yml").symlink_to("/gone")
    assert look(Target(root=tmp_path)).registry_config == tmp_path / PACKAGE


def test_a_folder_that_may_not_be_entered_is_left_to_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_at = Path.lstat

    def refuse(path: Path) -> object:
        if "opt/gitlab/registry" in str(path):
            raise PermissionError(13, "Permission denied")
        return look_at(path)

    monkeypatch.setattr(Path, "lstat", refuse)  # root may enter everything
    assert look(Target(root=tmp_path)).registry_config == tmp_path / "var/opt/gitlab/registry/config.yml"


GITLAB = "production: {gitlab: {host: gitlab.example.com}, registry: {enabled: true}}\n"
SECRETS = '{"gitlab_rails": {}, "registry": {"http_secret": "0123456789abcdef"}}\n'


def test_named_files_are_told_by_their_content(tmp_path: Path) -> None:
    put(tmp_path, "a", text=CONFIG)
    put(tmp_path, "b", text=GITLAB)
    put(tmp_path, "c", text=SECRETS)
    found = look(Target(config_files=(tmp_path / "c", tmp_path / "a", tmp_path / "b")))
    assert (found.registry_config, found.gitlab_yml, found.gitlab_secrets) == tuple(tmp_path / x for x in "abc")
    assert (found.root, found.live, found.dialect) == (None, False, Dialect.PLAIN)


def test_a_named_file_takes_the_place_of_the_one_below_the_root(tmp_path: Path) -> None:
    root = tmp_path / "host"
    put(root, PACKAGE, "home/git/gitlab/config/gitlab.yml")
    put(tmp_path, "mine.yml")
    found = look(Target(root=root, config_files=(tmp_path / "mine.yml",)))
    assert found.registry_config == tmp_path / "mine.yml"
    assert found.gitlab_yml == root / "home/git/gitlab/config/gitlab.yml"
    assert found.root == root


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("gitlab.rb", "", FileKind.GITLAB_RB),
        ("omnibus.rb", "registry_external_url 'https://r.example.com'\n", FileKind.GITLAB_RB),
        ("a.yml", "version: '3'\nservices: {registry: {image: 'registry:2'}}\n", FileKind.COMPOSE),
        ("a.yml", "global: {hosts: {}}\nregistry: {enabled: true}\n", FileKind.HELM_VALUES),
        ("a.yml", "registry: {enabled: true, hpa: {minReplicas: 2}}\n", FileKind.HELM_VALUES),
        ("a.yml", "registry: {host: r.example.com, port: 5050}\n", FileKind.GITLAB_YML),
        ("a.yml", "version: 0.1\n", FileKind.REGISTRY_CONFIG),
        ("a.yml", "auth: {token: {realm: 'https://gitlab.example.com/jwt/auth'}}\n", FileKind.REGISTRY_CONFIG),
        ("a.yml", "storage: {s3: {bucket: x}}\n", FileKind.REGISTRY_CONFIG),
        ("site", "server {\n  listen 80;\n}\n", FileKind.NGINX),
        ("daemon.json", "{}", FileKind.DOCKER_DAEMON),
        ("hosts.toml", "", FileKind.HOSTS_TOML),
        ("c.toml", '[host."https://mirror"]\n', FileKind.HOSTS_TOML),
        ("config.toml", '[[runners]]\n  name = "a"\n', FileKind.RUNNER),
        ("c.conf", 'unqualified-search-registries = ["docker.io"]\n', FileKind.REGISTRIES_CONF),
        ("r.service", "[Unit]\n[Service]\nExecStart=/usr/bin/registry\n", FileKind.SYSTEMD),
        ("gc", "5 4 * * 0 root gitlab-ctl registry-garbage-collect\n", FileKind.CRON),
    ],
)
def test_each_kind_of_file_is_told(tmp_path: Path, name: str, text: str, kind: FileKind) -> None:
    put(tmp_path, name, text=text)
    assert look(Target(config_files=(tmp_path / name,))).named == {kind: (tmp_path / name,)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\n", "none of the files that regdoctor knows"),
        ("", "none of the files that regdoctor knows"),
        ("apiVersion: v1\nkind: ConfigMap\n", "none of the files that regdoctor knows"),
        ("version: 2.1\njobs: {build: {}}\n", "none of the files that regdoctor knows"),
        ("http: {routers: {}, services: {}}\n", "none of the files that regdoctor knows"),
        ("a: [\n", "named.yml:"),
    ],
)
def test_a_named_file_of_no_known_kind_is_wrong_usage(tmp_path: Path, text: str, words: str) -> None:
    put(tmp_path, "named.yml", text=text)
    with pytest.raises(UsageError, match=words) as caught:
        look(Target(config_files=(tmp_path / "named.yml",)))
    assert str(tmp_path / "named.yml") in str(caught.value)


def test_two_files_of_which_there_is_one_and_a_missing_one_are_wrong_usage(tmp_path: Path) -> None:
    put(tmp_path, "a.yml", "b.yml", text=GITLAB)
    with pytest.raises(UsageError, match=r"gitlab\.yml.*--each"):
        look(Target(config_files=(tmp_path / "a.yml", tmp_path / "b.yml")))
    with pytest.raises(UsageError, match="none: no such file"):
        look(Target(config_files=(tmp_path / "none",)))


def test_several_configurations_of_a_registry_are_its_replicas(tmp_path: Path) -> None:
    put(tmp_path, "a.yml", "b.yml")
    found = look(Target(config_files=(tmp_path / "a.yml", tmp_path / "b.yml")))
    assert found.registry_config == tmp_path / "a.yml"
    assert found.named == {FileKind.REGISTRY_CONFIG: (tmp_path / "a.yml", tmp_path / "b.yml")}


def test_gitlab_and_registry_on_separate_nodes_are_one_installation(tmp_path: Path) -> None:
    put(tmp_path / "gitlab", "var/opt/gitlab/gitlab-rails/etc/gitlab.yml", "etc/gitlab/gitlab.rb", text=GITLAB)
    put(tmp_path / "registry", PACKAGE)
    found = look(Target(root=tmp_path / "gitlab", more_roots=(tmp_path / "registry",)))
    assert (found.root, found.gitlab_root) == (tmp_path / "registry", tmp_path / "gitlab")
    assert found.locate("/x", of_gitlab=True) == tmp_path / "gitlab/x"
    assert found.locate("/x") == tmp_path / "registry/x"
    assert [node.root for node in found.nodes()] == [tmp_path / "registry", tmp_path / "gitlab"]
    assert found.name(tmp_path / "gitlab/etc/x") == "/etc/x"


@pytest.mark.parametrize(
    ("place", "dialect"),
    [
        ("gitlab.rb", Dialect.OMNIBUS),
        ("deploy/values-production.yaml", Dialect.HELM),
        ("docker-compose.yml", Dialect.COMPOSE),
    ],
)
def test_a_repository_without_an_installed_registry_is_an_installation_to_be(
    tmp_path: Path, place: str, dialect: Dialect
) -> None:
    put(tmp_path, place, text="{}")
    found = look(Target(root=tmp_path))
    assert (found.dialect, found.live, found.registry_config) == (dialect, False, None)
