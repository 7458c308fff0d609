"""Settings have the names of gitlab.rb, and secrets do not show."""

from __future__ import annotations

import pytest

from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.ruby_located import ruby_name
from regdoctor.redaction import Secret


def test_names_are_those_of_the_file() -> None:
    assert ruby_name(("registry", "storage", "s3", "bucket")) == "registry['storage']['s3']['bucket']"
    assert ruby_name(("registry", "notifications", "0", "url")) == "registry['notifications'][0]['url']"
    assert ruby_name(("registry_external_url",)) == "registry_external_url"


@pytest.mark.parametrize(
    "setting",
    [
        "registry['http_secret']",
        "registry['internal_key']",
        "registry['storage']['s3']['accesskey']",
        "registry['storage']['s3']['secretkey']",
        "registry['storage']['azure']['accountkey']",
        "registry['database']['password']",
        "registry['default_notifications_headers']['Authorization']",
        "registry['env']['REGISTRY_STORAGE_S3_SECRETKEY']",
        "gitlab_rails['db_password']",
        "gitlab_rails['registry_notification_secret']",
        "gitlab_rails['initial_root_password']",
        "gitlab_rails['object_store']['connection']['aws_secret_access_key']",
        "gitlab_rails['db_key_base']",
        "postgresql['sql_user_password']",
    ],
)
def test_secrets_do_not_show(setting: str) -> None:
    rb = parse_gitlab_rb(f"{setting} = 'hunter2-hunter2'\n".encode(), "g.rb")
    (value,) = [value for _, value in rb.tree.walk() if value.name == setting]
    assert isinstance(value.value, Secret)
    assert value.value.reveal() == "hunter2-hunter2"
    assert "hunter2" not in repr(rb) + value.quote().quote


@pytest.mark.parametrize(
    "setting",
    [
        "registry['token_realm']",
        "registry['storage']['s3']['bucket']",
        "registry['nginx']['ssl_certificate_key']",
        "registry['nginx']['proxy_set_headers']['X-Forwarded-Proto']",
        "gitlab_rails['registry_key_path']",
        "registry['internal_certificate']",
    ],
)
def test_what_is_no_secret_shows(setting: str) -> None:
    rb = parse_gitlab_rb(f"{setting} = 'plainly'\n".encode(), "g.rb")
    assert [value.text() for _, value in rb.tree.walk() if value.name == setting] == ["plainly"]


def test_switches_and_nothing_hide_nothing() -> None:
    rb = parse_gitlab_rb(
        b"gitlab_rails['db_password'] = nil\ngitlab_rails['x_token'] = true\ny['password'] = ''\n", "g"
    )
    assert [value.value for _, value in rb.tree.walk() if not value.entries() and value.name] == [None, True, ""]
