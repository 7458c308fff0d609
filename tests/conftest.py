"""Copies of the healthy trees, with certificates and keys that are made for the run."""

from __future__ import annotations

import gc
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

# The tests start regdoctor hundreds of times; where byte code may not be written, each start would compile all of it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", f"{tempfile.gettempdir()}/regdoctor-tests-{os.getuid()}-pycache")
if sys.dont_write_bytecode:
    # pytest too: it rewrites every assertion of every test, in each of its workers, and keeps what it made.
    sys.dont_write_bytecode, sys.pycache_prefix = False, os.environ["PYTHONPYCACHEPREFIX"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the garbage collector walk over 12,000 collected tests neither while they are made nor in each run of one."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


TREES = Path(__file__).parent / "trees"
PAIRS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "omnibus": (
        (
            "var/opt/gitlab/registry/gitlab-registry.crt",
            "var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key",
        ),
        ("etc/gitlab/ssl/registry.example.com.crt", "etc/gitlab/ssl/registry.example.com.key"),
        ("etc/gitlab/ssl/gitlab.example.com.crt", "etc/gitlab/ssl/gitlab.example.com.key"),
    ),
    "source": (
        ("etc/docker/registry/certbundle.crt", "home/git/gitlab/config/registry.key"),
        ("etc/nginx/ssl/registry.example.com.crt", "etc/nginx/ssl/registry.example.com.key"),
    ),
    "compose": (("certs/registry.crt", "certs/registry.key"),),
    "password": (("etc/nginx/ssl/registry.example.com.crt", "etc/nginx/ssl/registry.example.com.key"),),
}
"""Certificate and key files of each tree, made when it is copied: no private key is kept here."""


@cache
def _pair(number: int) -> tuple[bytes, bytes]:
    """A certificate for registry.example.com and gitlab.example.com with its key, as PEM."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"example {number}")])
    names = x509.SubjectAlternativeName([x509.DNSName(f"{host}.example.com") for host in ("registry", "gitlab")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM), key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )


def _plant(layout: str, root: Path) -> None:
    shutil.copytree(TREES / layout, root)
    for number, (certificate, key) in enumerate(PAIRS.get(layout, ())):
        for place, content, mode in zip((certificate, key), _pair(number), (0o644, 0o600), strict=True):
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).write_bytes(content)
            (root / place).chmod(mode)
    secrets = root / "etc/gitlab/gitlab-secrets.json"
    if secrets.exists():
        certificate, key = (json.dumps(half.decode()) for half in _pair(0))
        secrets.write_text(secrets.read_text().replace("@CERTIFICATE@", certificate).replace("@KEY@", key))


@pytest.fixture
def plant() -> Callable[[str, Path], None]:
    """Make a copy of a healthy tree, by its name, at a place that is not there yet."""
    return _plant
