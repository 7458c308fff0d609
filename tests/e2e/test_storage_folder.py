"""A real docker-registry that may not, or cannot, write to its folder: skopeo's push, the finding, and its remedy.

These tests run as root: they make mounts, and start the registry as another user.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regdoctor.check import Check, Dialect, Fail, Outcome, Pass
from regdoctor.checks.storage.case_insensitive_storage import case_insensitive_storage
from regdoctor.checks.storage.disk_full import disk_full
from regdoctor.checks.storage.folder_not_writable import folder_not_writable
from regdoctor.checks.storage.mounted_read_only import mounted_read_only
from regdoctor.checks.storage.nfs_attribute_cache import nfs_attribute_cache
from regdoctor.checks.storage.storage_folder_misplaced import storage_folder_misplaced
from regdoctor.checks.storage.volume_not_mounted import volume_not_mounted
from regdoctor.evidence.installation import Installation, RunningRegistry
from regdoctor.evidence.replicas import Replicas
from regdoctor.evidence.storage_folder import StorageFolder
from regdoctor.evidence.storage_mount import StorageMount
from regdoctor.injection import Absent
from regdoctor.lab.image import build_image, push_image
from regdoctor.lab.programs import find_program, minimal_environment
from regdoctor.probes.storage_folder import storage_folder
from regdoctor.probes.storage_mount import storage_mount
from regdoctor.probes.storage_root import storage_root
from regdoctor.target import Target
from tests.e2e import warm_runs
from tests.e2e.lone_registry import LoneRegistry

NOBODY = 65534
NOT_HERE = Absent("not looked for", applicable=False)
HOST = Path("/")


class RegistryAs(LoneRegistry):
    """A lone registry that runs as some user, with its data in a folder that is named."""

    def __init__(self, folder: Path, data: Path, uid: int, *, rootless: bool) -> None:
        """Nothing runs yet. `data` need not exist. rootless: as root of a user namespace that knows `uid` alone."""
        super().__init__(folder)
        self.data, self.uid = data, uid
        self._around = [str(find_program("unshare")), "--user", "--map-root-user"] if rootless else []

    def start_as(self) -> None:
        """Start it as its user; `folder` and the program's own files must be open to that user."""
        self.stop()
        self.write(f"storage: {{filesystem: {{rootdirectory: '{self.data}'}}}}\n")
        with self._log.open("wb") as output:
            self._started = subprocess.Popen(
                [*self._around, str(find_program("docker-registry")), "serve", str(self.file)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=minimal_environment(self.folder),
                user=self.uid,
                group=self.uid,
                extra_groups=[],
            )
        self.wait_until(lambda: self.status() is not None, "an answer")

    def push(self, size: int = 0) -> subprocess.CompletedProcess[str]:
        """Push a new image with skopeo; `size`: bytes of its layer that cannot be made smaller."""
        source = self.folder / f"image-{secrets.token_hex(4)}"
        build_image(secrets.token_hex(size // 2 + 8)).write_folder(source)
        command = [str(find_program("skopeo")), "copy", "--insecure-policy", "--dest-tls-verify=false"]
        where = f"docker://127.0.0.1:{self.port}/group/app:latest"
        environment = {**minimal_environment(self.folder), "TMPDIR": str(self.folder)}
        return subprocess.run(
            [*command, f"dir:{source}", where], capture_output=True, text=True, env=environment, timeout=60, check=False
        )

    def seen(self, root: Path = HOST) -> Installation:
        """What regdoctor takes it for, on this host."""
        assert self._started is not None
        process = RunningRegistry(self._started.pid, ("serve", str(self.file)), self.file)
        return Installation(root, Dialect.PLAIN, live=True, process=process, registry_config=self.file)

    def mount_seen(self, root: Path = HOST) -> StorageMount:
        """What the probe of the mount finds."""
        found = storage_mount.gather(self.seen(root), self.config(), NOT_HERE)
        assert isinstance(found, StorageMount)
        return found

    def folder_seen(self) -> StorageFolder:
        """What the probe of the folder finds."""
        found = storage_folder.gather(self.seen(), self.config(), NOT_HERE, NOT_HERE, self.mount_seen(), NOT_HERE)
        assert isinstance(found, StorageFolder)
        return found

    def judged(self) -> dict[str, Outcome]:
        """What each check of the folder says, by its name."""
        mount, config = self.mount_seen(), self.config()
        lists = {
            disk_full.name: _list(disk_full, mount, Target()),
            mounted_read_only.name: _list(mounted_read_only, mount, config),
            case_insensitive_storage.name: _list(case_insensitive_storage, mount),
            volume_not_mounted.name: _list(volume_not_mounted, mount),
            nfs_attribute_cache.name: _list(nfs_attribute_cache, mount, Replicas((config, config))),
            folder_not_writable.name: _list(folder_not_writable, self.folder_seen()),
        }
        return {name: outcome for name, (outcome,) in lists.items()}

    def only_finding(self, item: Check) -> Fail:
        """The finding of one check, where no other finds anything."""
        told = self.judged()
        failed = [name for name, outcome in told.items() if isinstance(outcome, Fail)]
        assert failed == [item.name], told
        finding = told[item.name]
        assert isinstance(finding, Fail)
        return finding

    def assert_healthy(self) -> None:
        """No check finds anything, and none is unsure."""
        told = self.judged()
        assert all(isinstance(outcome, Pass) for outcome in told.values()), told


def _list(item: Check, *evidence: object) -> list[Outcome]:
    """All that a check says."""
    told = item.judge(*evidence)
    return [told] if isinstance(told, Outcome) else list(told)


def follow(finding: Fail) -> None:
    """Run the remedy's own commands, as they stand."""
    for command in finding.remedy[Dialect.PLAIN].commands:
        plain = command.replace("sudo ", "")
        subprocess.run(["bash", "-c", plain], check=True, timeout=30, capture_output=True)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not, and that lasts, unlike those of /tmp.

    Mounts below it are taken away.
    """
    folder = Path(tempfile.mkdtemp(prefix="registry-folder-", dir="/srv"))
    folder.chmod(0o755)
    yield folder
    table = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
    for point in reversed([line.split(" ")[4] for line in table]):
        if point.startswith(f"{folder}/"):
            subprocess.run(["umount", "--lazy", point], check=True, timeout=10)
    shutil.rmtree(folder)


Started = Callable[..., RegistryAs]


@pytest.fixture
def started(open_folder: Path) -> Iterator[Started]:
    """Starts a registry as `uid` with its data at a place below `open_folder`."""
    running: list[RegistryAs] = []

    def start(place: str = "data", uid: int = NOBODY, *, rootless: bool = False) -> RegistryAs:
        registry = RegistryAs(open_folder / "registry", open_folder / place, uid, rootless=rootless)
        running.append(registry)
        registry.start_as()
        return registry

    yield start
    for registry in running:
        registry.stop()


def mount(point: Path, *options: str, kind: str = "tmpfs") -> None:
    """Mount a file system in memory."""
    point.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", kind, "-o", ",".join(options), "none", point], check=True, timeout=10)


def test_a_folder_of_root_refuses_the_push_until_it_is_given_to_the_registry(
    open_folder: Path, started: Started
) -> None:
    (open_folder / "data").mkdir()
    registry = started()

    assert registry.push().returncode != 0
    assert "permission denied" in registry.log
    finding = registry.only_finding(folder_not_writable)
    assert finding.resource == str(open_folder / "data")
    assert "nobody, who may not write to" in finding.message

    done = warm_runs.run(
        ["check", "storage", "--root", "/", "--config", str(registry.file), "--format", "json"],
        stdin="",
        environment={**os.environ, "XDG_STATE_HOME": str(open_folder / "state")},
    )
    assert done.returncode == 1, done.stdout
    report = json.loads(done.stdout)
    assert [one["check"] for one in report["outcomes"] if one["outcome"] == "fail"] == ["folder_not_writable"]

    follow(finding)
    assert registry.push().returncode == 0, registry.log
    registry.assert_healthy()


def test_a_parent_that_lets_nobody_through_is_the_one_that_is_named(open_folder: Path, started: Started) -> None:
    (open_folder / "closed/data").mkdir(parents=True)
    os.chown(open_folder / "closed/data", NOBODY, NOBODY)
    (open_folder / "closed").chmod(0o750)
    registry = started("closed/data")

    assert registry.push().returncode != 0
    finding = registry.only_finding(folder_not_writable)
    assert finding.resource == str(open_folder / "closed")
    assert "may not enter" in finding.message

    follow(finding)
    assert registry.push().returncode == 0, registry.log
    registry.assert_healthy()


def test_a_folder_that_is_missing_where_it_may_not_be_made(started: Started) -> None:
    registry = started("none/yet")

    assert registry.push().returncode != 0
    finding = registry.only_finding(folder_not_writable)

    follow(finding)
    assert registry.push().returncode == 0, registry.log
    registry.assert_healthy()


def test_what_root_left_deep_in_the_storage_is_found(open_folder: Path, started: Started) -> None:
    (open_folder / "data").mkdir()
    os.chown(open_folder / "data", NOBODY, NOBODY)
    registry = started()
    assert registry.push().returncode == 0, registry.log
    registry.assert_healthy()
    uploads = open_folder / "data/docker/registry/v2/repositories/group/app/_uploads"
    os.chown(uploads, 0, 0)

    assert registry.push().returncode != 0
    finding = registry.only_finding(folder_not_writable)
    assert finding.resource == str(uploads)

    follow(finding)
    assert registry.push().returncode == 0, registry.log


def test_a_registry_that_runs_as_root_is_bound_by_no_mode(open_folder: Path, started: Started) -> None:
    (open_folder / "data").mkdir(mode=0o500)
    os.chown(open_folder / "data", NOBODY, NOBODY)
    registry = started(uid=0)

    assert registry.push().returncode == 0, registry.log
    registry.assert_healthy()


def test_an_access_control_list_that_lets_the_registry_in_is_not_called_a_fault(
    open_folder: Path, started: Started
) -> None:
    data = open_folder / "data"
    data.mkdir()
    # Tag, permissions and number of each (linux/posix_acl_xattr.h): the owner, nobody, the group, the mask, others.
    entries = [(1, 7, 2**32 - 1), (2, 7, NOBODY), (4, 5, 2**32 - 1), (16, 7, 2**32 - 1), (32, 5, 2**32 - 1)]
    packed = b"".join(struct.pack("<HHI", *entry) for entry in entries)
    os.setxattr(data, "system.posix_acl_access", struct.pack("<I", 2) + packed)
    registry = started()
    assert registry.push().returncode == 0, registry.log
    registry.assert_healthy()


def test_an_access_control_list_that_keeps_the_registry_out_is_told(open_folder: Path, started: Started) -> None:
    data = open_folder / "data"
    data.mkdir(mode=0o777)
    data.chmod(0o777)
    entries = [(1, 7, 2**32 - 1), (2, 5, NOBODY), (4, 7, 2**32 - 1), (16, 7, 2**32 - 1), (32, 7, 2**32 - 1)]
    packed = b"".join(struct.pack("<HHI", *entry) for entry in entries)
    os.setxattr(data, "system.posix_acl_access", struct.pack("<I", 2) + packed)
    registry = started()

    assert registry.push().returncode != 0
    assert "permission denied" in registry.log
    finding = registry.only_finding(folder_not_writable)
    assert "access control list" in finding.evidence[0].quote
    follow(finding)
    assert registry.push().returncode == 0, registry.log
    registry.assert_healthy()


@pytest.mark.parametrize("owner", [NOBODY, 4321])
def test_root_of_a_rootless_container_passes_over_the_modes_of_its_own_users_alone(
    open_folder: Path, started: Started, owner: int
) -> None:
    data = open_folder / "data"
    data.mkdir(mode=0o500)
    os.chown(data, owner, owner)
    registry = started(rootless=True)

    assert (registry.push().returncode == 0) == (owner == NOBODY), registry.log
    if owner == NOBODY:
        registry.assert_healthy()
    else:
        assert "permission denied" in registry.log
        assert registry.only_finding(folder_not_writable).resource == str(data)


def test_a_rootdirectory_one_level_off_hides_the_images_both_ways(lone_registry: LoneRegistry) -> None:
    data = lone_registry.folder / "data"
    lone_registry.serve()
    push_image(lone_registry.url, "group/app", "latest", build_image("x\n"), "")

    for told in (data, data / "docker", lone_registry.folder):
        lone_registry.serve(f"storage: {{filesystem: {{rootdirectory: '{told}'}}}}\n")
        here = Installation(HOST, Dialect.PLAIN, live=True, registry_config=lone_registry.file)
        found = storage_root.gather(here, lone_registry.config())
        (judged,) = _list(storage_folder_misplaced, found)
        manifest = lone_registry.ask("GET", "/v2/group/app/manifests/latest")
        assert (manifest.status, type(judged)) == ((200, Pass) if told == data else (404, Fail))
        if isinstance(judged, Fail):
            assert any(f"rootdirectory: {data}" in line for line in _words(judged)), _words(judged)


def _words(finding: Fail) -> list[str]:
    remedy = finding.remedy[Dialect.PLAIN]
    return [*remedy.text.splitlines(), *"\n".join(remedy.commands).splitlines()]


def test_a_full_file_system_refuses_the_push_until_it_is_bigger(open_folder: Path, started: Started) -> None:
    mount(open_folder / "data", "size=1m", "mode=777")
    registry = started()

    assert registry.push(4 * 2**20).returncode != 0
    assert "no space left on device" in registry.log
    finding = registry.only_finding(disk_full)
    assert "MiB will not fit" in finding.message

    follow(finding)
    subprocess.run(["mount", "-o", "remount,size=200m", open_folder / "data"], check=True, timeout=10)
    assert registry.push(4 * 2**20).returncode == 0, registry.log
    registry.assert_healthy()


def test_a_file_system_without_inodes_refuses_the_push_though_it_has_room(open_folder: Path, started: Started) -> None:
    mount(open_folder / "data", "size=2g", "nr_inodes=10", "mode=777")
    registry = started()

    assert registry.push().returncode != 0
    assert "no space left on device" in registry.log
    finding = registry.only_finding(disk_full)
    assert "it makes more files" in finding.message

    subprocess.run(["mount", "-o", "remount,nr_inodes=20000", open_folder / "data"], check=True, timeout=10)
    assert registry.push().returncode == 0, registry.log
    registry.assert_healthy()


def test_a_read_only_bind_mount_refuses_the_push_until_it_is_mounted_for_writing(
    open_folder: Path, started: Started
) -> None:
    data = open_folder / "data"
    data.mkdir()
    os.chown(data, NOBODY, NOBODY)
    subprocess.run(["mount", "--bind", data, data], check=True, timeout=10)
    subprocess.run(["mount", "-o", "remount,bind,ro", data], check=True, timeout=10)
    registry = started()

    assert registry.push().returncode != 0
    assert "read-only file system" in registry.log
    finding = registry.only_finding(mounted_read_only)
    assert finding.resource == str(data)

    command = finding.remedy[Dialect.PLAIN].commands[-1].replace("sudo ", "")
    subprocess.run(["bash", "-c", command], check=True, timeout=10)
    assert registry.push().returncode == 0, registry.log
    registry.assert_healthy()


def test_a_volume_of_fstab_that_did_not_come_up_hides_the_images(open_folder: Path, started: Started) -> None:
    data = open_folder / "data"
    mount(data, "size=200m", "mode=777")
    (open_folder / "etc").mkdir()
    (open_folder / "etc/fstab").write_text("none /data tmpfs size=200m 0 0\n")
    registry = started()
    assert registry.push().returncode == 0, registry.log
    assert isinstance(volume_not_mounted.judge(registry.mount_seen(open_folder)), Pass)
    subprocess.run(["umount", "--lazy", data], check=True, timeout=10)

    assert registry.ask("GET", "/v2/_catalog").body.strip() == b'{"repositories":[]}'
    told = volume_not_mounted.judge(registry.mount_seen(open_folder))
    assert isinstance(told, Fail)
    assert told.resource == "/data"
    assert told.evidence[0].line == 1


def test_a_folder_on_the_containers_own_layers_is_told(open_folder: Path, started: Started) -> None:
    tree = open_folder / "tree"
    layers = open_folder / "layers"
    mount(layers, "size=50m", "mode=755")
    for name in ("lower", "upper", "work"):
        (layers / name).mkdir()
    (layers / "lower/.dockerenv").touch()
    mount(tree, f"lowerdir={layers}/lower", f"upperdir={layers}/upper", f"workdir={layers}/work", kind="overlay")
    registry = started("tree/data", uid=0)

    assert registry.push().returncode == 0, registry.log
    told = volume_not_mounted.judge(registry.mount_seen(tree))
    assert isinstance(told, Fail)
    assert "in the container's own file system" in told.message
    mount(tree / "data", "size=50m")
    assert isinstance(volume_not_mounted.judge(registry.mount_seen(tree)), Pass)
