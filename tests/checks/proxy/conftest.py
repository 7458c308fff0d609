"""nginx configurations that a real nginx takes, and what the checks say of them."""

from __future__ import annotations

import dataclasses
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regdoctor.check import Check, Dialect, Outcome
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.nginx_config import NginxConfig
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.lab.certificates import Authority
from regdoctor.lab.programs import find_program
from regdoctor.probes.nginx_config import read_nginx

if TYPE_CHECKING:
    from tests.checks.conftest import Given

_NAMED = re.compile(r"(https?://|\bserver )(?!localhost)([A-Za-z][\w.-]*):(\d+)")

_LINES = (
    "client_max_body_size 0;",
    "proxy_set_header Host $http_host;",
    "proxy_set_header X-Forwarded-Proto https;",
    "proxy_read_timeout 900;",
    "proxy_request_buffering off;",
    "proxy_http_version 1.1;",
    "proxy_pass http://127.0.0.1:5000;",
)


@pytest.fixture(scope="session")
def server_pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate and its key, for nginx to load."""
    folder = tmp_path_factory.mktemp("pair")
    pair = Authority("test").issue_for_localhost()
    certificate, key = folder / "server.crt", folder / "server.key"
    certificate.write_text(pair.certificate)
    key.write_text(pair.key)
    return certificate, key


def acceptable(text: str, certificate: Path, key: Path) -> str:
    """The text as this machine's nginx can test it: its own certificate, names that resolve, and no QUIC, which
    Debian's nginx was built without.
    """
    text = re.sub(r"ssl_certificate [^;]+;", f"ssl_certificate {certificate};", text)
    text = re.sub(r"ssl_certificate_key [^;]+;", f"ssl_certificate_key {key};", text)
    text = re.sub(r"listen [^;]* quic[^;]*;", "", text)
    text = re.sub(r"(listen (?:\S+:)?)(\d{2,3})\b", r"\g<1>20\2", text)  # nobody but root binds the low ones
    text = re.sub(r"^user [^;]+;", "", text, flags=re.MULTILINE)
    return _NAMED.sub(r"\g<1>127.0.0.1:\3", text)


def nginx_says(conf: Path, prefix: Path) -> str:
    """What `nginx -t` has against a configuration; empty where it takes it."""
    run = subprocess.run(
        [find_program("nginx"), "-t", "-q", "-c", conf, "-p", prefix, "-e", "stderr"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return run.stderr.strip() if run.returncode else ""


@dataclasses.dataclass(frozen=True)
class Proxied:
    """Reads configurations, after a real nginx has taken them, and judges them."""

    folder: Path
    pair: tuple[Path, Path]
    given: Given

    def server(self, *lines: str, drop: tuple[str, ...] = (), listen: str = "443 ssl", location: str = "/v2/") -> str:
        """A healthy server in front of 127.0.0.1:5000.

        lines: what is added to its location, in the place of lines there that begin with the same words.
        drop: the beginnings of lines that are left out.
        """
        words = [line.rsplit(" ", 1)[0] if line.startswith("proxy_set_header") else line.split()[0] for line in lines]
        kept = [line for line in _LINES if not line.startswith((*drop, *words))]
        inner = "\n".join(f"      {line}" for line in (*kept, *lines))
        listens = "\n".join(f"    listen {one};" for one in listen.split(","))
        return (
            f"  server {{\n{listens}\n    server_name registry.example.com;\n    ssl_certificate a.crt;\n"
            f"    ssl_certificate_key a.key;\n    location {location} {{\n{inner}\n    }}\n  }}\n"
        )

    def read(self, servers: str, *, hosts: str = "", dialect: Dialect = Dialect.PLAIN) -> NginxConfig:
        """The configuration with these blocks in http; hosts: the host's /etc/hosts."""
        text = f"events {{}}\nhttp {{\n{servers}\n}}\n"
        root = self.folder / "root"
        (root / "etc/nginx").mkdir(parents=True, exist_ok=True)
        if hosts:
            (root / "etc/hosts").write_text(hosts)
        sandbox = self.folder / "sandbox"
        sandbox.mkdir(exist_ok=True)
        tried = acceptable(text, *self.pair)
        conf = sandbox / "nginx.conf"
        conf.write_text(f"pid {sandbox}/pid;\n{tried}".replace("http {", "http { access_log off;", 1))
        assert nginx_says(conf, sandbox) == ""
        written = root / "etc/nginx/nginx.conf"
        written.write_text(text)
        return read_nginx([written], Installation(root, dialect, live=False))

    def outcomes(self, item: Check, servers: str | NginxConfig, **evidence: object) -> list[Outcome]:
        """What a check says of it, each finding complete."""
        nginx = servers if isinstance(servers, NginxConfig) else self.read(servers)
        others: dict[str, object] = {
            name: self.given.no_such for name, wanted in item.inputs.items() if wanted.optional
        }
        return self.given.outcomes(item, **(others | {"nginx": nginx} | evidence))

    def config(self, text: str = "http: {addr: '127.0.0.1:5000'}") -> RegistryConfig:
        """The registry's config.yml."""
        return self.given.config(text)

    def gitlab(self, port: int = 443) -> GitLabConfig:
        """GitLab, with the registry at that port of registry.example.com."""
        return self.given.gitlab(
            "production: {gitlab: {host: gitlab.example.com}, "
            f"registry: {{enabled: true, host: registry.example.com, port: {port}}}}}"
        )

    def one(self, item: Check, servers: str | NginxConfig, **evidence: object) -> Any:
        """The only outcome."""
        (outcome,) = self.outcomes(item, servers, **evidence)
        return outcome


@pytest.fixture
def proxied(tmp_path: Path, server_pair: tuple[Path, Path], given: Given) -> Proxied:
    """The reader and judge."""
    return Proxied(tmp_path, server_pair, given)


@pytest.fixture
def nginx_takes(tmp_path: Path, server_pair: tuple[Path, Path]) -> Callable[[Path, Path], str]:
    """What `nginx -t` has against the main file of a tree, its includes read below the tree's root."""

    def takes(main: Path, root: Path) -> str:
        for path in {main, *main.parent.rglob("*.conf"), *main.parent.glob("sites-enabled/*")}:
            text = acceptable(path.read_text(), *server_pair)
            path.write_text(re.sub(r"(include|auth_basic_user_file) /", rf"\g<1> {root}/", text))
        text = re.sub(r"^(pid|daemon) [^;]+;", "", main.read_text(), flags=re.MULTILINE)
        main.write_text(f"pid {tmp_path}/pid;\n{text}".replace("http {", "http { access_log off;", 1))
        return nginx_says(main, tmp_path)

    return takes
