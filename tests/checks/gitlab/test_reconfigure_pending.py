"""What gitlab.rb says is held against the files that were made from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regdoctor.check import Fail, Outcome, Pass, Skip, Unknown
from regdoctor.checks.gitlab.reconfigure_pending import reconfigure_pending
from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.located import Computed, Located, Place

if TYPE_CHECKING:
    from tests.checks.conftest import Given

URLS = "external_url 'https://g.example.com'\nregistry_external_url 'https://r.example.com:5050'\n"
CONFIG = """version: 0.1
storage: {"s3":{"bucket":"b","secretkey":"hunter2hunter2"},"delete":{"enabled":true}}
http:
  addr: 127.0.0.1:5000
auth:
  token:
    realm: https://g.example.com/jwt/auth
    issuer: omnibus-gitlab-issuer
"""
YML = """production:
  gitlab: {host: g.example.com}
  registry:
    enabled: true
    host: r.example.com
    port: 5050
    issuer: x
    api_url: http://127.0.0.1:5000
"""
S3 = "registry['storage'] = {'s3' => {'bucket' => 'b', 'secretkey' => 'hunter2hunter2'}}\n"


def _outcomes(given: Given, code: str, config: str = CONFIG, **more: Any) -> list[Outcome]:
    evidence = {"gitlab": given.not_here, "installation": given.installation(), **more}
    rb = parse_gitlab_rb((URLS + code).encode(), "/etc/gitlab/gitlab.rb")
    return given.outcomes(reconfigure_pending, rb=rb, config=given.config(config), **evidence)


@pytest.mark.parametrize(
    ("code", "message", "lines"),
    [
        ("registry['registry_http_addr'] = 'localhost:5005'\n", "says localhost:5005 for registry", [3, 4]),
        ("registry['token_realm'] = 'https://other'\n", "https://other/jwt/auth", [3, 7]),
        ("registry['storage'] = {'s3' => {'bucket' => 'new'}}\n", "says new for registry['storage']", [3, 2]),
        ("registry['storage'] = {'gcs' => {'bucket' => 'b'}}\n", "has no storage.gcs.bucket", [3]),
        ("registry['debug_addr'] = ':5001'\n", "has no http.debug.addr", [3]),
    ],
)
def test_a_value_that_waits_is_a_finding_with_both_lines(
    given: Given, code: str, message: str, lines: list[int]
) -> None:
    (fail,) = _outcomes(given, code)
    assert isinstance(fail, Fail)
    assert message in fail.message
    assert [quote.line for quote in fail.evidence] == lines


def test_secrets_are_compared_and_not_shown(given: Given) -> None:
    assert isinstance(_outcomes(given, S3)[0], Pass)
    (fail,) = _outcomes(given, S3.replace("hunter2hunter2", "correcthorse"))
    assert isinstance(fail, Fail)
    assert "has another registry['storage']['s3']['secretkey']" in fail.message
    assert "correcthorse" not in repr(fail)
    assert "hunter2" not in repr(fail)


def test_several_differences_are_one_finding_a_file(given: Given) -> None:
    code = "registry['registry_http_addr'] = ':1'\nregistry['autoredirect'] = true\n"
    code += "gitlab_rails['registry_issuer'] = 'y'\n"
    found = _outcomes(given, code, gitlab=given.gitlab(YML))
    assert [isinstance(item, Fail) and item.message.rpartition(" (")[2] for item in found] == ["2 more)", "1 more)"]


@pytest.mark.parametrize(
    ("code", "config"),
    [
        ("", CONFIG),
        ("registry['registry_http_addr'] = ENV['ADDR']\n", CONFIG),
        ("registry['http_draintimeout'] = 10\n", CONFIG),
        ("registry['gc']['disabled'] = true\n", CONFIG),
        ("registry['database']['enabled'] = 'prefer'\n", CONFIG + "database: {enabled: false}\n"),
        ("registry['env'] = {'REGISTRY_HTTP_ADDR' => ':1'}\n", CONFIG),
        ("registry['log_level'] = 'info'\nregistry['log_level'] = nil\n", CONFIG),
    ],
)
def test_what_agrees_or_cannot_be_compared_passes(given: Given, code: str, config: str) -> None:
    assert isinstance(_outcomes(given, code, config)[0], Pass)


def test_gitlab_yml_is_compared_on_the_same_node_alone(given: Given) -> None:
    gitlab = given.gitlab(YML.replace("port: 5050", "port: 5051"))
    (fail,) = _outcomes(given, "", gitlab=gitlab)
    assert isinstance(fail, Fail)
    assert "registry_external_url (port)" in fail.message
    elsewhere = replace(given.installation(), gitlab_root=Path("/mnt/gitlab"))
    assert isinstance(_outcomes(given, "", gitlab=gitlab, installation=elsewhere)[0], Pass)


def test_a_file_made_from_gitlab_rb_itself_is_not_compared(given: Given) -> None:
    rb = parse_gitlab_rb(URLS.encode(), "g.rb")
    given.skips(reconfigure_pending, rb=rb, config=given.config(CONFIG, "g.rb"), installation=given.installation())


def test_a_section_that_is_computed_in_the_file_is_not_compared(given: Given) -> None:
    config = given.config(CONFIG)
    http = Located(Computed("a template"), Place(config.source, 3), "http")
    config = replace(config, tree=replace(config.tree, value={**config.tree.entries(), "http": http}))
    rb = given.rb(f"{URLS}registry['registry_http_addr'] = 'localhost:5005'")
    given.passes(reconfigure_pending, rb=rb, config=config, installation=given.installation())


def test_no_registry_in_gitlab_rb_is_skipped(given: Given) -> None:
    assert isinstance(_outcomes(given, "registry['enable'] = false\n")[0], Skip)


def test_another_file_of_settings_leaves_it_open(given: Given) -> None:
    (outcome,) = _outcomes(given, "from_file '/x'\nregistry['registry_http_addr'] = ':1'\n")
    assert isinstance(outcome, Unknown)
    assert "gitlab.rb:3" in outcome.reason
