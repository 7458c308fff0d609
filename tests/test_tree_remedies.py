"""What a finding says to do takes the finding away, and brings no other one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from regdoctor.check import Fail
from regdoctor.examination import Examination
from tests.remedy_application import UnappliedError, apply
from tests.test_trees import CASES, Case, bugs, failures, look_at

Plant = Callable[[str, Path], None]
FOR_PEOPLE: dict[str, tuple[str, ...]] = {
    "a block of a service": (
        "anonymous_access--compose",
        "config_mounted_elsewhere",
        "debug_server_exposed--compose",
        "external_url_unusable--compose",
        "grace_period_too_short--compose",
        "http_host_overrides--no-url",
        "published_port_wrong",
        "published_port_wrong--address",
        "replicas_on_local_disks",
        "storage_not_on_a_volume",
        "variable_ignored--of_other_version",
        "variable_with_spaces",
    ),
    "a client's file": (
        "certs_d_file_misnamed",
        "certs_d_file_misnamed--containerd",
        "certs_d_file_misnamed--stray",
        "certs_d_folder_misnamed",
        "certs_d_folder_misnamed--ending",
        "credential_helper_missing",
        "credential_helper_missing--one",
        "daemon_json_unreadable",
        "daemon_json_unreadable--flag",
        "daemon_json_unreadable--type",
        "daemon_proxy_malformed",
        "daemon_proxy_malformed--file",
        "dind_ignores_host_trust",
        "dind_ignores_host_trust--certs",
        "hosts_toml_malformed",
        "insecure_registry_with_scheme",
        "insecure_registry_with_scheme--mirror",
        "insecure_registry_with_scheme--podman",
        "login_key_mismatched",
        "login_key_mismatched--port",
        "mirror_with_login",
        "no_proxy_malformed",
        "no_proxy_malformed--omnibus",
        "uploads_saturate",
    ),
    "fstab and mounts": ("case_insensitive_storage", "mounted_read_only", "nfs_attribute_cache"),
    "a crontab or a command": (
        "gc_command_wrong",
        "gc_command_wrong--database",
        "gc_command_wrong--docker",
        "gc_command_wrong--misspelt",
        "gc_command_wrong--no-path",
        "gc_command_wrong--running",
        "gc_command_wrong--service",
        "gc_command_wrong--untagged",
    ),
    "a decision": (
        "auth_scheme_not_one--unknown",
        "external_url_unusable--lone",
        "external_url_unusable--shared",
        "gitlab_rb_set_twice",
        "notification_endpoint_unusable--name",
        "s3_identity_unread",
        "setting_written_twice",
        "signer_unknown_to_v3",
        "storage_driver_not_one",
        "storage_driver_not_one--gitlab-rb",
        "storage_driver_unsupported",
        "storage_driver_unsupported--debian",
    ),
    "a place in nginx": (
        "nginx_refuses",
        "nginx_refuses--place",
        "nginx_refuses--unknown",
        "registry_under_a_path",
    ),
    "a secret, or two sides, must be chosen": (
        "azure_account_malformed",
        "azure_account_malformed--key",
        "gcs_key_unusable",
        "htpasswd_unusable",
        "htpasswd_unusable--missing",
        "http_secret_differs",
        "http_secret_differs--gitlab-rb",
        "internal_key_not_pem",
        "notification_secret_differs",
        "replicas_store_apart",
        "s3_credential_malformed",
        "s3_credential_malformed--half",
        "s3_credential_malformed--swapped",
        "tls_pair_unusable",
        "tls_pair_unusable--nginx",
        "tls_pair_unusable--missing",
        "token_option_missing",
    ),
    "gitlab-ctl reconfigure": (
        "autoredirect_replaces_realm",
        "duration_without_unit",
        "external_url_unusable",
        "external_url_unusable--path",
        "gitlab_rb_key_unread",
        "gitlab_rb_key_unread--internal_key",
        "issuer_mismatch",
        "log_level_invalid",
        "metadata_database_not_managed",
        "metadata_database_switched_off",
        "notification_endpoint_unusable",
        "outer_tls_undeclared",
        "outer_tls_undeclared--headers",
        "prometheus_path_malformed",
        "realm_not_gitlab--port",
        "reconfigure_pending",
        "reconfigure_pending--gitlab_yml",
        "registry_enabled_on_one_side--stopped",
        "registry_nginx_deprecated",
        "registry_off_for_new_projects",
        "s3_endpoint_malformed--bare",
        "s3_path_style_wrong",
        "s3_request_rate_invalid",
        "setting_vanishes--threshold",
        "variable_ignored",
        "variable_ignored--parameter",
        "variable_refused",
    ),
    "prose": (
        "chart_value_unknown",
        "debug_server_exposed--docker-run",
        "http_headers_not_lists",
        "storage_not_on_a_volume--docker-run",
    ),
}
"""The cases whose remedy takes a person, by the reason."""
BRINGS = {"redis_settings_of_other_version": {"setting_vanishes"}}
"""What is rightly found afterwards: distribution 2 knows only the name that distribution 3 no longer reads."""
_ALL_FOR_PEOPLE = {name for names in FOR_PEOPLE.values() for name in names}


def _broken(path: Path, tmp_path: Path, plant: Plant) -> tuple[Case, list[Path]]:
    case = Case(path, yaml.safe_load(path.read_text()))
    nodes = [case.told, *case.told.get("beside", ())]
    roots = [tmp_path / ("tree" if number == 1 else f"tree{number}") for number, _ in enumerate(nodes, 1)]
    for root, told in zip(roots, nodes, strict=True):
        plant(case.told["tree"], root)
        case.break_it(root, told)
    return case, roots


def _findings(examination: Examination, check: str) -> list[Fail]:
    return [
        item.outcome for item in failures(examination) if item.check.name == check and isinstance(item.outcome, Fail)
    ]


def _apply_all(case: Case, examination: Examination, roots: list[Path]) -> None:
    for fail in _findings(examination, case.check):
        for root in roots:
            apply(fail, case.told["tree"], root)


@pytest.mark.parametrize(
    "path", [path for path in CASES if path.stem not in _ALL_FOR_PEOPLE], ids=lambda path: path.stem
)
def test_who_does_what_a_finding_says_is_rid_of_it(path: Path, tmp_path: Path, plant: Plant) -> None:
    case, roots = _broken(path, tmp_path, plant)
    before = look_at(*roots)
    _apply_all(case, before, roots)
    after = look_at(*roots)

    assert bugs(after) == []
    assert [fail.message for fail in _findings(after, case.check)] == []
    known = {item.check.name for item in failures(before)} | BRINGS.get(path.stem, set())
    assert [f"{item.check.name}: {item.outcome}" for item in failures(after) if item.check.name not in known] == []
    assert [item for item in after.judged if item.check.name == case.check]


@pytest.mark.parametrize("path", [path for path in CASES if path.stem in _ALL_FOR_PEOPLE], ids=lambda path: path.stem)
def test_a_remedy_that_is_left_to_people_cannot_be_applied(path: Path, tmp_path: Path, plant: Plant) -> None:
    case, roots = _broken(path, tmp_path, plant)
    with pytest.raises(UnappliedError):
        _apply_all(case, look_at(*roots), roots)


def test_each_case_for_people_is_a_case() -> None:
    assert {path.stem for path in CASES} >= _ALL_FOR_PEOPLE
