"""Writes the tree of an Omnibus GitLab host: who may read what, and where everything lies."""

from __future__ import annotations

import os
from pathlib import Path

from regdoctor.lab import omnibus_files
from regdoctor.lab.errors import LabError
from regdoctor.lab.front import NGINX_CONF, STATIC_FOLDER, STATIC_PAGE, gitlab_registry_conf
from regdoctor.lab.material import Material
from regdoctor.lab.object_store import Identity
from regdoctor.lab.settings import Settings

_HOST_USERS = {"root": 0, "git": 998, "gitlab-www": 999, "registry": 997}
"""User to number, as a fresh Omnibus host has them."""


def user_ids() -> dict[str, int]:
    """User to number in the tree's passwd. Without root's rights every file is ours, so every user is us."""
    if os.geteuid() == 0:
        return dict(_HOST_USERS)
    return {name: 0 if name == "root" else os.geteuid() for name in _HOST_USERS}


class Tree:
    """The folder `root`, as the host's `/`."""

    def __init__(self, root: Path) -> None:
        """`root` need not exist yet."""
        self.root = root

    def __truediv__(self, host_path: str) -> Path:
        """The file that the host calls `host_path`."""
        return self.root / host_path.lstrip("/")

    @property
    def config_yml(self) -> Path:
        """The registry's configuration."""
        return self / "/var/opt/gitlab/registry/config.yml"

    @property
    def gitlab_rb(self) -> Path:
        """What the administrator wrote."""
        return self / "/etc/gitlab/gitlab.rb"

    @property
    def gitlab_yml(self) -> Path:
        """GitLab's own configuration."""
        return self / "/var/opt/gitlab/gitlab-rails/etc/gitlab.yml"

    @property
    def root_cert_bundle(self) -> Path:
        """The certificate by which the registry trusts GitLab's tokens."""
        return self / "/var/opt/gitlab/registry/gitlab-registry.crt"

    @property
    def signing_key(self) -> Path:
        """The key with which GitLab signs tokens."""
        return self / "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"

    @property
    def secrets_json(self) -> Path:
        """Omnibus' store of generated secrets."""
        return self / "/etc/gitlab/gitlab-secrets.json"

    @property
    def trusted_certs(self) -> Path:
        """The authorities that the host trusts beside the system's; a folder fit for skopeo's --cert-dir."""
        return self / "/etc/gitlab/trusted-certs"

    @property
    def ca_file(self) -> Path:
        """The lab's authority."""
        return self.trusted_certs / "lab-ca.crt"

    @property
    def server_certificate(self) -> Path:
        """What nginx and GitLab show for https://localhost."""
        return self / "/etc/gitlab/ssl/localhost.crt"

    @property
    def nginx_conf(self) -> Path:
        """The registry's server block."""
        return self / "/var/opt/gitlab/nginx/conf/gitlab-registry.conf"

    def log(self, host_path: str) -> Path:
        """A file below the host's /var/log/gitlab."""
        return self / "/var/log/gitlab" / host_path

    def write(self, host_path: str, content: str, *, owner: str = "root", mode: int = 0o644) -> Path:
        """Write a file afresh, as `owner` where we are root. Returns where it is."""
        path = self / host_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
        self.protect(path, owner=owner, mode=mode)
        return path

    def edit(self, path: Path, old: str, new: str) -> None:
        """Put `new` in the place of `old` in a file of the tree; its owner and its mode stay. Raises LabError where
        it does not hold `old`: a fault that changes nothing would go unnoticed.
        """
        text = path.read_text("utf-8")
        if old not in text:
            raise LabError(f"{path} does not hold {old!r}")
        path.write_text(text.replace(old, new), "utf-8")

    def clear(self) -> None:
        """Remove everything but the logs: what a fault added goes with it."""
        logs = self.log("")
        for folder, folders, names in os.walk(self.root, topdown=False):
            if not Path(folder).is_relative_to(logs):
                for name in names:
                    Path(folder, name).unlink()
                for name in folders:
                    if not logs.is_relative_to(Path(folder, name)):
                        Path(folder, name).rmdir()

    def protect(self, path: Path, *, owner: str, mode: int) -> None:
        """Set a file's owner (where we are root) and its mode bits."""
        if os.geteuid() == 0:
            os.chown(path, user_ids()[owner], user_ids()[owner])
        path.chmod(mode)


def write_tree(tree: Tree, settings: Settings, material: Material, identity: Identity) -> None:
    """Write every file of the host afresh. `identity`: as whom the registry speaks to the object store."""
    _write_gitlab_rb_side(tree, settings, material, identity)
    config = omnibus_files.config_yml(settings, identity, material.http_secret)
    tree.write("/var/opt/gitlab/registry/config.yml", config, owner="registry", mode=0o640)
    tree.write("/var/opt/gitlab/registry/gitlab-registry.crt", material.signer.certificate, owner="registry")
    rails = "/var/opt/gitlab/gitlab-rails/etc"
    tree.write(f"{rails}/gitlab.yml", omnibus_files.gitlab_yml(settings), owner="git", mode=0o640)
    tree.write(f"{rails}/gitlab-registry.key", material.signer.key, owner="git", mode=0o600)
    tree.write("/var/opt/gitlab/nginx/conf/nginx.conf", NGINX_CONF)
    tree.write("/var/opt/gitlab/nginx/conf/gitlab-registry.conf", gitlab_registry_conf(settings))
    tree.write(f"{STATIC_FOLDER}/index.html", STATIC_PAGE)
    tree.write("/opt/gitlab/etc/registry/env/SSL_CERT_DIR", "/opt/gitlab/embedded/ssl/certs/")
    tree.write("/opt/gitlab/etc/registry/env/GODEBUG", "tlsmlkem=0")
    for folder in ("registry", "nginx", "gitlab-rails"):
        tree.log(folder).mkdir(parents=True, exist_ok=True)


def _write_gitlab_rb_side(tree: Tree, settings: Settings, material: Material, identity: Identity) -> None:
    """What is the administrator's: /etc."""
    tree.write("/etc/gitlab/gitlab.rb", omnibus_files.gitlab_rb(settings, identity), mode=0o600)
    text = omnibus_files.gitlab_secrets(material.signer, material.http_secret, material.other_secrets)
    tree.write("/etc/gitlab/gitlab-secrets.json", text, mode=0o600)
    tree.write("/etc/gitlab/ssl/localhost.crt", material.server.certificate)
    tree.write("/etc/gitlab/ssl/localhost.key", material.server.key, mode=0o600)
    tree.write("/etc/gitlab/trusted-certs/lab-ca.crt", material.authority_certificate)
    homes = {"root": "/root", "git": "/var/opt/gitlab", "gitlab-www": "/var/opt/gitlab/nginx"}
    passwd = [
        f"{name}:x:{number}:{number}::{homes.get(name, '/var/opt/gitlab/registry')}:/bin/sh\n"
        for name, number in user_ids().items()
    ]
    tree.write("/etc/passwd", "".join(passwd))
