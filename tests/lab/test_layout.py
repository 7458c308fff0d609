"""The tree of an Omnibus host, as it is written."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from regdoctor.lab.errors import LabError
from regdoctor.lab.layout import Tree, write_tree
from regdoctor.lab.material import Material, new_material
from regdoctor.lab.object_store import Identity
from regdoctor.lab.settings import Front, Ports, Settings

PORTS = Ports(public=5050, gitlab=8443, registry=5000, debug=5001, store_front=9001, closed=9009)
SETTINGS = Settings(PORTS, "images", "http://127.0.0.1:9000", "127.0.0.1:5000", "127.0.0.1:5001")
IDENTITY = Identity("LABKEY", "lab-secret-key")


@pytest.fixture(scope="module")
def material() -> Material:
    return new_material()


@pytest.fixture
def tree(tmp_path: Path, material: Material) -> Tree:
    tree = Tree(tmp_path / "root")
    write_tree(tree, SETTINGS, material, IDENTITY)
    return tree


def test_every_file_of_the_host_is_where_omnibus_has_it(tree: Tree) -> None:
    files = {str(file.relative_to(tree.root)) for file in tree.root.rglob("*") if file.is_file()}

    assert files == {
        "etc/gitlab/gitlab-secrets.json",
        "etc/gitlab/gitlab.rb",
        "etc/gitlab/ssl/localhost.crt",
        "etc/gitlab/ssl/localhost.key",
        "etc/gitlab/trusted-certs/lab-ca.crt",
        "etc/passwd",
        "opt/gitlab/etc/registry/env/GODEBUG",
        "opt/gitlab/etc/registry/env/SSL_CERT_DIR",
        "usr/share/nginx/html/index.html",
        "var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key",
        "var/opt/gitlab/gitlab-rails/etc/gitlab.yml",
        "var/opt/gitlab/nginx/conf/gitlab-registry.conf",
        "var/opt/gitlab/nginx/conf/nginx.conf",
        "var/opt/gitlab/registry/config.yml",
        "var/opt/gitlab/registry/gitlab-registry.crt",
    }


def test_no_file_names_the_folder_that_stands_for_the_host(tree: Tree) -> None:
    naming = [file for file in tree.root.rglob("*") if file.is_file() and str(tree.root) in file.read_text()]

    assert naming == []


def test_the_registry_is_configured_as_by_omnibus(tree: Tree) -> None:
    config = yaml.safe_load(tree.config_yml.read_text())

    assert config["auth"]["token"] == {
        "realm": "https://localhost:8443/jwt/auth",
        "service": "container_registry",
        "issuer": "omnibus-gitlab-issuer",
        "rootcertbundle": "/var/opt/gitlab/registry/gitlab-registry.crt",
        "autoredirect": False,
    }
    assert config["storage"]["s3"]["regionendpoint"] == "http://127.0.0.1:9000"
    assert config["storage"]["s3"]["secretkey"] == "lab-secret-key"
    assert config["http"]["addr"] == "127.0.0.1:5000"
    assert config["http"]["debug"] == {
        "addr": "127.0.0.1:5001",
        "prometheus": {"enabled": True, "path": "/metrics"},
    }


def test_gitlab_yml_names_the_public_and_the_internal_registry(tree: Tree) -> None:
    text = (tree / "/var/opt/gitlab/gitlab-rails/etc/gitlab.yml").read_text()
    registry = yaml.safe_load(text)["production"]["registry"]

    assert (registry["host"], registry["port"], registry["api_url"]) == (
        "localhost",
        5050,
        "http://127.0.0.1:5000",
    )
    assert registry["key"] == "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"


def test_key_certificate_and_secrets_belong_together(tree: Tree, material: Material) -> None:
    key = load_pem_private_key(tree.signing_key.read_bytes(), password=None)
    certificate = x509.load_pem_x509_certificate(tree.root_cert_bundle.read_bytes())
    secrets = json.loads(tree.secrets_json.read_text())

    assert key.public_key() == certificate.public_key()
    assert secrets["registry"]["internal_key"] == tree.signing_key.read_text()
    assert secrets["registry"]["internal_certificate"] == tree.root_cert_bundle.read_text()
    assert secrets["registry"]["http_secret"] == yaml.safe_load(tree.config_yml.read_text())["http"]["secret"]
    assert {"gitlab_rails", "gitlab_shell", "gitlab_workhorse"} <= set(secrets)


def test_the_signing_key_is_for_the_user_git_alone(tree: Tree) -> None:
    users = {line.split(":")[0]: int(line.split(":")[2]) for line in (tree / "/etc/passwd").read_text().splitlines()}
    state = tree.signing_key.stat()

    assert stat.S_IMODE(state.st_mode) == 0o600
    assert state.st_uid == users["git"]
    assert {"git", "gitlab-www", "registry"} <= set(users)


def test_without_authentication_there_is_no_auth_section(tree: Tree, material: Material) -> None:
    write_tree(tree, replace(SETTINGS, authenticated=False), material, IDENTITY)

    assert "auth" not in yaml.safe_load(tree.config_yml.read_text())


def test_changed_proxy_headers_stand_in_gitlab_rb_and_in_nginx(tree: Tree, material: Material) -> None:
    front = Front(proxy_set_headers={**SETTINGS.front.proxy_set_headers, "Host": "$host", "X-Forwarded-Proto": None})

    write_tree(tree, replace(SETTINGS, front=front), material, IDENTITY)

    wanted = 'registry[\'nginx\'][\'proxy_set_headers\'] = { "Host" => "$host", "X-Forwarded-Proto" => nil }'
    assert wanted in (tree / "/etc/gitlab/gitlab.rb").read_text()
    nginx = tree.nginx_conf.read_text()
    assert "proxy_set_header Host $host;" in nginx
    assert "X-Forwarded-Proto" not in nginx


def test_healthy_files_name_no_proxy_headers_in_gitlab_rb(tree: Tree) -> None:
    assert "proxy_set_headers" not in (tree / "/etc/gitlab/gitlab.rb").read_text()
    assert "proxy_set_header Host $http_host;" in tree.nginx_conf.read_text()


def test_an_edit_keeps_the_files_mode_and_one_that_finds_nothing_is_told(tree: Tree) -> None:
    tree.edit(tree.config_yml, "http:\n", "http:\n  host: https://localhost\n")

    assert yaml.safe_load(tree.config_yml.read_text())["http"]["host"] == "https://localhost"
    assert stat.S_IMODE(tree.config_yml.stat().st_mode) == 0o640
    with pytest.raises(LabError, match="does not hold 'nothing of the kind'"):
        tree.edit(tree.config_yml, "nothing of the kind", "")


def test_what_was_added_to_the_tree_is_cleared_away_and_the_logs_stay(tree: Tree) -> None:
    tree.write("/etc/docker/certs.d/localhost.crt:5050/ca.crt", "")
    tree.log("registry/current").write_text("a line\n")

    tree.clear()

    assert [file for file in tree.root.rglob("*") if file.is_file()] == [tree.log("registry/current")]
    assert not (tree / "/etc").exists()


def test_a_registry_with_tls_is_asked_by_https_by_nginx_and_gitlab(tree: Tree, material: Material) -> None:
    write_tree(tree, replace(SETTINGS, registry_tls=True), material, IDENTITY)

    tls = yaml.safe_load(tree.config_yml.read_text())["http"]["tls"]
    assert tls == {"certificate": "/etc/gitlab/ssl/localhost.crt", "key": "/etc/gitlab/ssl/localhost.key"}
    assert "proxy_pass https://127.0.0.1:5000;" in tree.nginx_conf.read_text()
    assert yaml.safe_load(tree.gitlab_yml.read_text())["production"]["registry"]["api_url"] == "https://127.0.0.1:5000"
    assert "gitlab_rails['registry_api_url'] = 'https://127.0.0.1:5000'" in tree.gitlab_rb.read_text()
