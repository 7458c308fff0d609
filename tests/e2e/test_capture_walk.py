"""The walk of GitLab's administration page, with real parts: a client behind mitmproxy, and who answered its 403."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from regdoctor.checks.storage.s3_blob_read_forbidden import s3_blob_read_forbidden
from regdoctor.lab.image import build_image
from regdoctor.lab.material import LOGIN, PROJECT
from regdoctor.lab.object_store import ObjectStore
from regdoctor.lab.programs import find_program, minimal_environment
from tests.e2e.own_docker import OwnDocker
from tests.e2e.private_mounts import HOSTS, TRUST_STORE, PrivateMounts, hosts_file
from tests.e2e.walk_recorder import Analysis, NamedProxy, analyze
from tests.e2e.walk_site import FORBIDDEN, NAMES, Site

NOWHERE = "192.0.2.1"
"""An address for documentation (RFC 5737): whoever goes there by itself arrives nowhere."""
FURTHER = "127.0.0.2"
"""Where the recorder has the ports of GitLab and of the bucket once more: signed links name a port."""
CAUSE = "the registry's identity most likely lacks s3:GetObject there. Login, token and registry are fine: the registry"
MARKED = re.compile(r"^! +\d+ .*", re.MULTILINE)
"""A call that the addon finds something wrong with, among its lines under mitmdump."""


@pytest.fixture(scope="module")
def site(object_store: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site, running."""
    with Site(object_store, tmp_path_factory.mktemp("site")) as running:
        yield running


@dataclass(frozen=True)
class Walk:
    """One client's way by the recorder, which has ended."""

    runs: list[tuple[int, str]]
    """Exit code and words of each of its commands."""
    proxy: NamedProxy
    analysis: Analysis

    @property
    def found(self) -> list[str]:
        """The checks that the recording fails."""
        return [row["check"] for row in self.analysis.report["outcomes"] if row["outcome"] == "fail"]

    @property
    def marked(self) -> list[str]:
        """The lines of the addon that name a check."""
        return MARKED.findall(self.proxy.output)


@contextmanager
def docker_behind(proxy: NamedProxy) -> Iterator[OwnDocker]:
    """A running daemon that asks everything by the proxy and trusts it as on the page: by the system's store.

    It is in a folder with a short name: that of a socket may have 107 characters.
    """
    with tempfile.TemporaryDirectory(prefix="own-") as folder:
        hosts = hosts_file(Path(folder, "hosts"), dict.fromkeys(NAMES, NOWHERE))
        processes = PrivateMounts({HOSTS: hosts, TRUST_STORE: proxy.trusting()})
        try:
            docker, url = OwnDocker(Path(folder), processes), f"http://{proxy.address}"
            docker.start({"HTTP_PROXY": url, "HTTPS_PROXY": url})
            yield docker
        finally:
            processes.stop_all()


def by_docker(folder: Path, site: Site) -> Walk:
    """docker login and docker push."""
    registry = site.origins[0].removeprefix("https://")
    image, password = f"{registry}/{PROJECT}/docker:1", site.stack.material.password.encode()
    with NamedProxy(folder, site, ["regular"]) as proxy, docker_behind(proxy) as docker:
        made, said = docker.make(image)
        assert made == 0, said
        login = docker.run("login", "--username", LOGIN, "--password-stdin", registry, stdin=password)
        runs = [login, docker.run("push", image)]
    return over(site, runs, proxy)


def by_skopeo(folder: Path, site: Site) -> Walk:
    """The same image pushed twice, to the recorder's own address: only what is there already is asked for."""
    modes = [f"reverse:{origin}" for origin in site.origins]
    modes[1:] = [f"{mode}@{FURTHER}:{mode.rpartition(':')[2]}" for mode in modes[1:]]
    with NamedProxy(folder, site, modes, "keep_host_header=true") as proxy:
        hosts = hosts_file(folder / "hosts", dict.fromkeys(NAMES[1:], FURTHER))
        source = folder / "image"
        build_image(f"Pushed by skopeo: {folder.name}.\n").write_folder(source)
        login = ("--dest-tls-verify=false", "--dest-creds", f"{LOGIN}:{site.stack.material.password}")
        words: list[str | Path] = [find_program("skopeo"), "copy", "--insecure-policy", *login, f"dir:{source}"]
        runs = []
        for tag in ("first", "second"):
            done = subprocess.run(
                PrivateMounts({HOSTS: hosts}).seeing([*words, f"docker://{proxy.address}/{PROJECT}/skopeo:{tag}"]),
                env={**minimal_environment(folder), "TMPDIR": str(folder)},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            runs.append((done.returncode, done.stdout + done.stderr))
    return over(site, runs, proxy)


def over(site: Site, runs: list[tuple[int, str]], proxy: NamedProxy) -> Walk:
    """What holds of every walk."""
    for bug in ("Addon error", "regdoctor failed", "Traceback"):
        assert bug not in proxy.output
    analysis = analyze(proxy.recording)
    for text in (proxy.output, analysis.said, proxy.recording.read_bytes().decode("latin-1")):
        assert site.stack.material.password not in text
    assert analysis.report["sentence"] in proxy.said, proxy.output
    return Walk(runs, proxy, analysis)


def assert_it_is_the_bucket(walk: Walk, bucket: str, step: str) -> None:
    """Both say who refused what, what is missing, and what is fine."""
    analysis = walk.analysis
    assert analysis.exit_code == 1
    for said in (walk.proxy.said, analysis.said):
        assert re.search(rf"The bucket \W?{bucket}\W? refuses HEAD of objects under docker/registry/v2/blobs/", said)
        assert CAUSE in said
    assert analysis.report["sentence"].startswith("The bucket refused HEAD of a blob (403): the push of ")
    assert analysis.report["sentence"].endswith(f'failed at "{step}".')
    last = walk.marked[-1]
    assert "403 HEAD" in last
    assert f"the bucket refuses HEAD with 403 and no body [{s3_blob_read_forbidden.name}]" in last
    row = next(row for row in analysis.report["outcomes"] if row["check"] == s3_blob_read_forbidden.name)
    assert row["resource"] == bucket
    wanted = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/docker/registry/*"}
    assert json.loads(row["remedy"]["commands"][0]) == wanted
    assert analysis.about("login")
    assert analysis.about("registry")
    assert analysis.about("uploads")
    assert not analysis.about("bucket")


def assert_all_is_fine(walk: Walk) -> None:
    """Every command succeeded, and both say what is fine."""
    assert [code for code, _ in walk.runs] == [0, 0], walk.runs
    analysis = walk.analysis
    assert analysis.exit_code == 0
    assert set(analysis.states("push")) == {"ok"}
    for what in ("login", "registry", "bucket", "uploads"):
        (line,) = analysis.about(what)
        assert line in walk.proxy.said
    assert not any(" 403 " in line for line in walk.marked)


def test_docker_behind_mitmdump_learns_that_the_bucket_refused_head(tmp_path: Path, site: Site) -> None:
    site.take_on(FORBIDDEN)
    walk = by_docker(tmp_path / "forbidden", site)
    (logged_in, login), (pushed, push) = walk.runs
    assert logged_in == 0, login
    assert pushed != 0
    assert s3_blob_read_forbidden.symptoms[0] in push
    assert_it_is_the_bucket(walk, site.stack.settings.bucket, "verify blob")
    assert walk.found == [s3_blob_read_forbidden.name]
    assert len(walk.marked) == 1
    assert walk.analysis.states("login") == ["ok"]
    assert walk.analysis.states("push") == ["failed"]
    assert walk.analysis.report["blind"] == []

    site.take_on(None)
    walk = by_docker(tmp_path / "granted", site)
    assert_all_is_fine(walk)
    assert walk.found == []
    assert walk.marked == []
    assert walk.analysis.report["result"] == "healthy"
    assert walk.analysis.report["blind"] == []
    assert "one login and one push: nothing found wrong." in walk.proxy.said


def test_skopeo_by_reverse_proxies_learns_it_too(tmp_path: Path, site: Site) -> None:
    site.take_on(FORBIDDEN)
    walk = by_skopeo(tmp_path / "forbidden", site)
    (first, said), (second, complaint) = walk.runs
    assert first == 0, said
    assert second != 0
    assert "403 (Forbidden)" in complaint
    assert_it_is_the_bucket(walk, site.stack.settings.bucket, "ask for blob")
    assert walk.found == [s3_blob_read_forbidden.name]
    assert len(walk.marked) == 1
    assert walk.analysis.report["blind"] == []
    assert walk.analysis.states("push") == ["ok", "failed"]

    site.take_on(None)
    walk = by_skopeo(tmp_path / "granted", site)
    assert_all_is_fine(walk)
    assert walk.found == []
    assert walk.marked == []
    assert walk.analysis.report["result"] == "healthy"
    assert walk.analysis.report["blind"] == []
    assert "nothing found wrong." in walk.analysis.report["sentence"]
