"""One fixed report with a cause, a folded symptom, an accepted finding, an unknown, two skips and a pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from regdoctor.check import Dialect, Quote, Remedy, Severity
from regdoctor.report import Report, Row

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture
def golden() -> Path:
    """The folder of the expected outputs, one file a reporter."""
    return GOLDEN


@pytest.fixture
def row() -> Row:
    """A plain failure, to be varied."""
    return Row(
        check="token_key_mismatch",
        family="auth",
        outcome="fail",
        severity=Severity.CRITICAL,
        title="GitLab signs tokens with the key that the registry trusts",
        message="The registry trusts ABCD:EFGH, and GitLab signs with IJKL:MNOP",
        failure_modes=("AUTH-01",),
        resource="/etc/gitlab/gitlab.crt",
        explained_by=None,
        evidence=(
            Quote("/var/opt/gitlab/registry/config.yml", "auth.token.rootcertbundle: /etc/gitlab/gitlab.crt", 12),
            Quote("/var/opt/gitlab/registry/config.yml", "key ID ABCD:EFGH", 12),
            Quote("GET https://registry.example.com/v2/", "→ 401, 87 bytes of application/json; charset=utf-8"),
        ),
        remedy=Remedy(
            "Write the certificate that belongs to GitLab's key, then restart the registry, which reads it at its "
            "start alone.",
            (
                "sudo gitlab-ctl reconfigure",
                "sudo openssl x509 -in /var/opt/gitlab/registry/gitlab-registry.crt -noout -pubkey \\\n"
                "  | openssl sha256 [all of it]",
            ),
        ),
        reference="https://docs.gitlab.com/administration/packages/container_registry_troubleshooting/",
        seconds=0.0012,
    )


def other(check: str, outcome: str, message: str, severity: Severity = Severity.ERROR, cause: str | None = None) -> Row:
    """A row without proof and remedy."""
    title = f"No {check.replace('_', ' ')}"
    return Row(check, "auth", outcome, severity, title, message, ("AUTH-08",), "", cause, (), None, "", 0.0)


@pytest.fixture
def report(row: Row) -> Report:
    """The fixed report."""
    return Report(
        started=1_800_000_000.0,
        seconds=1.25,
        target={
            "dialect": "omnibus",
            "root": "/",
            "registry": "https://registry.example.com",
            "login": "as lab (config.json)",
        },
        dialect=Dialect.OMNIBUS,
        rows=(
            row,
            other("login_unauthorized", "fail", "The registry refuses a token", cause="token_key_mismatch"),
            other("anonymous_access", "ignored", "Whoever asks may pull", Severity.WARNING),
            other("token_clock_skew", "unknown", "no clock could be read: gitlab.example.com: connection refused"),
            other("s3_list_forbidden", "skip", "the registry stores in filesystem, not in S3"),
            other("s3_blob_read_forbidden", "skip", "the registry stores in filesystem, not in S3"),
            other("port_clash", "pass", ""),
        ),
    )
