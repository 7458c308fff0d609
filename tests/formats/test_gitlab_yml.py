"""gitlab.yml of Omnibus and of a source installation, with and without ERB."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.gitlab_yml import GitLabConfig, parse_gitlab_yml
from regdoctor.formats.located import UnreadableError
from regdoctor.redaction import Secret

OMNIBUS = b"""\
# This file is managed by gitlab-ctl. Manual changes will be
# erased! To change the contents below, edit /etc/gitlab/gitlab.rb
# and run `sudo gitlab-ctl reconfigure`.

production: &base
  gitlab:
    ## Web server settings (note: host is the FQDN, do not include http://)
    host: gitlab.example.com
    port: 443
    https: true
    relative_url_root: /git
    user: git
    password_authentication_enabled: true

  ## Container Registry
  registry:
    enabled: true
    host: registry.gitlab.example.com
    port: 5005
    api_url: http://127.0.0.1:5000 # internal address to the registry
    path: /var/opt/gitlab/gitlab-rails/shared/registry
    key: /var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key
    issuer: omnibus-gitlab-issuer
    notification_secret: planted-notification-secret
    notifications: [{"name":"x","url":"https://x","headers":{"Authorization":["planted-header-value"]}}]

  incoming_email:
    enabled: false
    address:
    password: "planted-mail-password"
  omniauth:
    providers: [{"name":"saml","args":{"app_id":"x","app_secret":"planted-app-secret"}}]
  object_store:
    connection: {"provider":"AWS","aws_access_key_id":"planted-key-id","aws_secret_access_key":"planted-secret-key"}
  encrypted_settings_key_base: planted-key-base
  encrypted_settings:
    path: planted-below-an-encrypted-key
  external_diffs:
    url: https://bob:planted-url-password@diffs.example.com
"""

SOURCE = b"""\
production: &base
  gitlab: &gitlab
    host: localhost
    port: 80
  registry:
    # enabled: true
    # host: registry.example.com
    key: config/registry.key
    issuer: gitlab-issuer

development:
  <<: *base

test:
  <<: *base
  gitlab:
    <<: *gitlab
    host: test.example.com
"""


def _text(config: GitLabConfig, section: str, key: str) -> str | None:
    found = config.at(section, key)
    return found.text() if found else None


def test_the_file_of_omnibus_is_read_with_lines() -> None:
    config = parse_gitlab_yml(OMNIBUS, "/var/opt/gitlab/gitlab-rails/etc/gitlab.yml")
    assert {key: _text(config, "gitlab", key) for key in ("host", "port", "https", "relative_url_root")} == {
        "host": "gitlab.example.com",
        "port": "443",
        "https": "true",
        "relative_url_root": "/git",
    }
    key, api_url, block = config.registry("key"), config.registry("api_url"), config.registry()
    assert key is not None
    assert api_url is not None
    assert block is not None
    assert key.value == "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"
    assert (api_url.value, api_url.place.line) == ("http://127.0.0.1:5000", 20)
    assert api_url.quote().quote == "production.registry.api_url: http://127.0.0.1:5000"
    assert block.place.line == 16
    host = config.gitlab("host")
    assert host is not None
    assert host.value == "gitlab.example.com"


def test_no_secret_of_the_whole_file_shows() -> None:
    config = parse_gitlab_yml(OMNIBUS, "f")
    shown = "\n".join(f"{value} {value.text()} {value.quote()}" for _, value in config.tree.walk())
    assert "planted" not in repr(config) + shown
    secret = config.registry("notification_secret")
    assert secret is not None
    assert secret.value == Secret("planted-notification-secret", "notification_secret")


def test_a_switch_whose_name_holds_password_stays() -> None:
    found = parse_gitlab_yml(OMNIBUS, "f").gitlab("password_authentication_enabled")
    assert found is not None
    assert found.value is True


def test_production_is_what_counts() -> None:
    config = parse_gitlab_yml(SOURCE, "f")
    assert _text(config, "gitlab", "host") == "localhost"
    assert _text(config, "registry", "key") == "config/registry.key"
    assert config.registry("host") is None


@pytest.mark.parametrize(
    "data",
    [
        b"gitlab: {host: h}\nregistry: {host: r}\n",
        b"default: {gitlab: {host: h}, registry: {host: r}}\n",
        b"base: &b {gitlab: {host: h}, registry: {host: r}}\nproduction:\n  <<: *b\n",
        b"production:\ngitlab: {host: h}\nregistry: {host: r}\n",
    ],
    ids=["no sections", "default", "merged", "empty production"],
)
def test_a_file_may_be_arranged_otherwise(data: bytes) -> None:
    config = parse_gitlab_yml(data, "f")
    assert (_text(config, "gitlab", "host"), _text(config, "registry", "host")) == ("h", "r")


def test_a_file_without_the_blocks_has_none() -> None:
    config = parse_gitlab_yml(b"production: {}\n", "f")
    assert config.gitlab() is None
    assert config.registry() is None


def test_erb_in_a_value_is_text() -> None:
    config = parse_gitlab_yml(b"production:\n  gitlab:\n    host: <%= ENV['HOST'] %>\n    port: '<%= 443 %>'\n", "f")
    assert _text(config, "gitlab", "host") == "<%= ENV['HOST'] %>"
    assert _text(config, "gitlab", "port") == "<%= 443 %>"


def test_erb_that_is_no_yaml_is_named() -> None:
    data = b"production:\n  gitlab:\n<% if x %>\n    host: a\n<% end %>\n"
    with pytest.raises(UnreadableError) as caught:
        parse_gitlab_yml(data, "gitlab.yml")
    assert str(caught.value).startswith("gitlab.yml:")
    assert str(caught.value).endswith("; the file holds ERB (line 3), which is not evaluated here")


def test_broken_yaml_without_erb_does_not_speak_of_it() -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_gitlab_yml(b"a: [\n", "gitlab.yml")
    assert "ERB" not in str(caught.value)


@given(st.one_of(st.binary(max_size=100), st.text("abp:- <%=>\n&*{}'", max_size=80).map(str.encode)))
def test_any_bytes_are_a_configuration_or_refused(data: bytes) -> None:
    try:
        config = parse_gitlab_yml(data, "f")
    except UnreadableError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either way is right
    else:
        assert isinstance(config.tree.value, dict)
