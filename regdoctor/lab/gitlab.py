"""What the token service knows of GitLab: users, issuer, and the signing key, which it reads as user git."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from pathlib import Path

import yaml
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.lab.grants import User, read_users


@dataclass(frozen=True, slots=True)
class GitLab:
    """What the service knows for as long as it runs."""

    issuer: str
    users: dict[str, User]
    key_folder: int
    """A descriptor of the key's folder, opened before root's rights were given up."""
    key_path: str
    """The key's path as the host calls it, for the log."""

    def read_key(self) -> RSAPrivateKey:
        """The signing key as it is now. Raises OSError, ValueError."""
        descriptor = os.open(Path(self.key_path).name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.key_folder)
        with os.fdopen(descriptor, "rb") as file:
            key = load_pem_private_key(file.read(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("Neither PUB key nor PRIV key")  # noqa: TRY004 - what Ruby's OpenSSL says
        return key

    def authenticate(self, username: str, password: str) -> User | None:
        """The user of that name if the password is right."""
        user = self.users.get(username)
        if user is None or not hmac.compare_digest(user.password.encode(), password.encode()):
            return None
        return user


def read_gitlab(root: Path, users: Path) -> GitLab:
    """Read gitlab.yml of the host at `root`, and the file `users`. The key itself is read at each request."""
    settings = yaml.safe_load((root / "var/opt/gitlab/gitlab-rails/etc/gitlab.yml").read_text("utf-8"))
    registry = settings["production"]["registry"]
    key_folder = os.open(root / Path(registry["key"]).parent.relative_to("/"), os.O_RDONLY | os.O_DIRECTORY)
    return GitLab(registry["issuer"], read_users(users), key_folder, registry["key"])


def become_git(root: Path) -> None:
    """Give up root's rights for those of the host's user git, so that the key's mode bits mean what they say.

    The descriptor of the key's folder stays open: git may not pass through the lab's own folder (mode 0700).
    """
    if os.geteuid() != 0:
        return
    for line in (root / "etc/passwd").read_text("utf-8").splitlines():
        name, _, user, group, *_ = line.split(":")
        if name == "git":
            os.setgroups([])
            os.setgid(int(group))
            os.setuid(int(user))
