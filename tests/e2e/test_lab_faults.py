"""Each fault of the lab does to real components what its title says."""

from __future__ import annotations

import email.utils
import json
import ssl
import stat
from collections.abc import Callable

import pytest

from regdoctor.distribution.media_types import DOCKER_SCHEMA2
from regdoctor.lab import skopeo
from regdoctor.lab.client import send, status_of
from regdoctor.lab.material import PROJECT
from regdoctor.lab.stack import Stack

StackWith = Callable[[str | None], Stack]


def registry_log(stack: Stack) -> str:
    return stack.tree.log("registry/current").read_text()


def upload_location(stack: Stack) -> str:
    """Where a client is sent that opens an upload at the public URL."""
    opened = send(
        "POST",
        f"{stack.settings.registry_url}/v2/{PROJECT}/blobs/uploads/",
        headers={"Authorization": f"Bearer {stack.token('pull', 'push')}"},
        trust=stack.trust(),
    )
    assert opened.status == 202
    return opened.headers["location"]


@pytest.mark.parametrize(
    ("fault", "complaint", "logged"),
    [
        (
            "token-key-mismatch",
            "unauthorized: authentication required",
            "token signed by untrusted key with ID",
        ),
        ("gitlab-clock-ahead", "unauthorized: authentication required", "token not to be used before"),
        ("s3-head-forbidden", "500 Internal Server Error", "s3aws: AccessDenied"),
        ("rootcertbundle-missing", "502", "unable to open token auth root certificate bundle file"),
        ("rootcertbundle-is-a-key", "502", "token auth requires at least one token signing root certificate"),
        ("port-clash", "502", "bind: address already in use"),
        ("registry-stopped", "502", ""),
        ("s3-list-forbidden", "503", ""),
        ("s3-stopped", "503", ""),
        ("signing-key-missing", "Requesting bearer token: invalid status code from registry 500", ""),
        ("signing-key-unreadable", "Requesting bearer token: invalid status code from registry 500", ""),
        ("tls-untrusted", "x509: certificate signed by unknown authority", ""),
        ("wrong-vhost", "invalid character '<'", ""),
        ("under-a-path", "404", ""),
        ("http-prefix", "404", ""),
        ("tls-asked-by-http", "400 (Bad Request)", ""),
        ("tls-registry-key", "502", "tls: private key does not match public key"),
        ("tls-letsencrypt", "502", "cannot specify both certificate and Let's Encrypt"),
        ("tls-level-unknown", "502", "unknown minimum TLS level 'TLSv1.2' specified for http.tls.minimumtls"),
    ],
)
def test_a_real_client_fails_as_people_report_it(
    stack_with: StackWith, fault: str, complaint: str, logged: str
) -> None:
    stack = stack_with(fault)

    run = skopeo.pull(stack)

    assert run.exit_code != 0
    assert complaint in run.output
    assert logged in registry_log(stack)


@pytest.mark.parametrize(
    ("fault", "location", "complaint"),
    [
        ("location-http", "http://localhost:{public}/", "The plain HTTP request was sent to HTTPS port"),
        ("location-port", "https://localhost/", "connection refused"),
        ("forwarded-header", "http://localhost:{public}/", "The plain HTTP request was sent to HTTPS port"),
        ("http-host-other-port", "https://localhost/", "connection refused"),
        ("scheme-list", "https,http://localhost:{public}/", "first path segment in URL cannot contain"),
        ("location-upstream", "https://127.0.0.1:{registry}/", "server gave HTTP response to HTTPS client"),
    ],
)
def test_uploads_are_sent_to_the_wrong_place(stack_with: StackWith, fault: str, location: str, complaint: str) -> None:
    stack = stack_with(fault)
    ports = stack.settings.ports

    sent_to = upload_location(stack)
    run = skopeo.push(stack)

    assert sent_to.startswith(location.format(public=ports.public, registry=ports.registry))
    assert run.exit_code != 0
    assert complaint[:20] in run.output


def test_a_healthy_stack_sends_uploads_to_its_public_url(stack_with: StackWith) -> None:
    stack = stack_with(None)

    assert upload_location(stack).startswith(f"{stack.settings.registry_url}/v2/")


@pytest.mark.parametrize(
    ("fault", "error"), [("s3-stopped", "connection refused"), ("s3-list-forbidden", "AccessDenied")]
)
def test_the_debug_server_says_why_the_storage_is_broken(stack_with: StackWith, fault: str, error: str) -> None:
    stack = stack_with(fault)

    health = send("GET", f"http://127.0.0.1:{stack.settings.ports.debug}/debug/health")

    assert health.status == 503
    assert error in json.loads(health.body)["storagedriver_s3"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("signing-key-missing", "Errno::ENOENT: No such file or directory @ rb_sysopen - "),
        ("signing-key-unreadable", "Errno::EACCES: Permission denied @ rb_sysopen - "),
    ],
)
def test_rails_logs_the_key_that_it_cannot_read(stack_with: StackWith, fault: str, error: str) -> None:
    stack = stack_with(fault)

    answer = send("GET", f"{stack.settings.gitlab_url}/jwt/auth?service=container_registry", trust=stack.trust())

    assert answer.status == 500
    assert answer.headers["content-type"].startswith("text/html")
    log = stack.tree.log("gitlab-rails/production.log").read_text()
    assert f"{error}/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key" in log


def test_the_unreadable_key_shuts_git_out_by_its_mode_bits(stack_with: StackWith) -> None:
    healthy, broken = stack_with(None), stack_with("signing-key-unreadable")

    before, after = healthy.tree.signing_key.stat(), broken.tree.signing_key.stat()

    assert stat.S_IMODE(before.st_mode) == 0o600
    assert after.st_uid != before.st_uid or stat.S_IMODE(after.st_mode) == 0
    assert not after.st_mode & 0o077


def test_the_object_stores_date_is_twenty_minutes_ahead_and_clients_still_succeed(
    stack_with: StackWith,
) -> None:
    stack = stack_with("object-store-clock-ahead")

    shown = send("GET", f"{stack.settings.store_endpoint}/{stack.settings.bucket}").headers["date"]
    right = send("GET", f"{stack.settings.internal_url}/v2/").headers["date"]

    ahead = email.utils.parsedate_to_datetime(shown) - email.utils.parsedate_to_datetime(right)
    assert 1195 <= ahead.total_seconds() <= 1205
    assert skopeo.pull(stack).exit_code == 0


def test_gitlabs_date_is_ten_minutes_ahead(stack_with: StackWith) -> None:
    stack = stack_with("gitlab-clock-ahead")

    shown = send("GET", f"{stack.settings.gitlab_url}/", trust=stack.trust()).headers["date"]
    right = send("GET", f"{stack.settings.internal_url}/v2/").headers["date"]

    ahead = email.utils.parsedate_to_datetime(shown) - email.utils.parsedate_to_datetime(right)
    assert 595 <= ahead.total_seconds() <= 605


def test_the_schema1_manifest_is_served_as_such(stack_with: StackWith) -> None:
    stack = stack_with("schema1-manifests")
    url = f"{stack.settings.internal_url}/v2/{PROJECT}/manifests/schema1"

    answer = send("GET", url, headers={"Authorization": f"Bearer {stack.token('pull')}", "Accept": DOCKER_SCHEMA2})

    assert answer.headers["content-type"] == "application/vnd.docker.distribution.manifest.v1+prettyjws"
    assert json.loads(answer.body)["schemaVersion"] == 1
    refused = send(
        "PUT",
        url,
        headers={
            "Authorization": f"Bearer {stack.token('pull', 'push')}",
            "Content-Type": answer.headers["content-type"],
        },
        body=answer.body,
    )
    assert refused.status == 500
    assert 'err.detail="manifest schema v1 unsupported"' in registry_log(stack)
    stack.heal()
    gone = send("GET", url, headers={"Authorization": f"Bearer {stack.token('pull')}"})
    assert gone.status == 404


def test_the_debug_server_listens_on_every_address(stack_with: StackWith) -> None:
    stack = stack_with("debug-exposed")

    assert status_of(f"http://127.0.0.2:{stack.settings.ports.debug}/debug/health") == 200


def test_nothing_listens_on_the_debug_address_of_the_file(stack_with: StackWith) -> None:
    stack = stack_with("debug-refused")
    named = stack.settings.debug_address

    assert f'addr: "{named}"' in stack.tree.config_yml.read_text()
    assert status_of(f"http://{named}/debug/health") is None
    assert status_of(f"{stack.settings.internal_url}/v2/") == 401


def test_everyone_may_list_what_is_there(stack_with: StackWith) -> None:
    stack = stack_with("anonymous")

    answer = send("GET", f"{stack.settings.registry_url}/v2/_catalog", trust=stack.trust())

    # A test before this one may have left another: the stack is shared.
    assert PROJECT in json.loads(answer.body)["repositories"]


def test_the_secrets_file_alone_differs(stack_with: StackWith) -> None:
    stack = stack_with("secrets-not-applied")

    registry = json.loads(stack.tree.secrets_json.read_text())["registry"]

    assert registry["internal_key"] != stack.tree.signing_key.read_text() == stack.material.signer.key
    assert registry["internal_certificate"] != stack.tree.root_cert_bundle.read_text()
    assert skopeo.pull(stack).exit_code == 0


def test_the_served_chain_is_of_another_authority(stack_with: StackWith) -> None:
    stack = stack_with("tls-untrusted")

    with pytest.raises(ssl.SSLCertVerificationError):
        send("GET", f"{stack.settings.registry_url}/v2/", trust=stack.trust())


def test_a_static_page_refuses_to_be_written_to(stack_with: StackWith) -> None:
    stack = stack_with("wrong-vhost")
    url = f"{stack.settings.registry_url}/v2/{PROJECT}/blobs/uploads/"

    answer = send("POST", url, trust=stack.trust(), body=b"")

    assert answer.status == 405
    assert b"405 Not Allowed" in answer.body


def test_the_api_version_is_not_told(stack_with: StackWith) -> None:
    healthy, broken = stack_with(None), stack_with("api-header-missing")

    told = [
        send("GET", f"{stack.settings.registry_url}/v2/", trust=stack.trust()).headers for stack in (healthy, broken)
    ]

    assert ["docker-distribution-api-version" in headers for headers in told] == [True, False]


@pytest.mark.parametrize(
    ("fault", "logged"),
    [
        ("upstream-misspelt", 'host not found in upstream "gitlab_registry"'),
        ("tls-pair-mismatched", "key values mismatch"),
    ],
)
def test_nginx_does_not_start_and_says_why(stack_with: StackWith, fault: str, logged: str) -> None:
    stack = stack_with(fault)

    assert "nginx" not in stack.pids()
    assert logged in stack.tree.log("nginx/error.log").read_text()
