"""What was accepted covers the finding that was meant, and no other."""

from __future__ import annotations

import pytest

from regdoctor.catalogue import named
from regdoctor.check import Check, Dialect, Fail, Remedy
from regdoctor.exit_codes import UsageError
from regdoctor.redaction import Secret, redact
from regdoctor.suppressions import Suppression, parse


def fail(resource: str = "") -> Fail:
    return Fail("broken", remedy={Dialect.PLAIN: Remedy("")}, resource=resource)


@pytest.fixture
def item() -> Check:
    return named("token_key_mismatch")[0]


def test_a_name_accepts_every_resource_of_its_check(item: Check) -> None:
    accepted = parse(["token-key-mismatch"])

    assert accepted == (Suppression("token_key_mismatch"),)
    assert accepted[0].covers(item, fail())
    assert accepted[0].covers(item, fail("/etc/a"))
    assert not accepted[0].covers(named("authority_unknown")[0], fail())


def test_a_resource_is_all_behind_the_first_colon(item: Check) -> None:
    accepted = parse(["token_key_mismatch:https://registry.example.com:5050"])[0]

    assert accepted.resource == "https://registry.example.com:5050"
    assert accepted.covers(item, fail("https://registry.example.com:5050"))
    assert not accepted.covers(item, fail("https://registry.example.com"))
    assert not accepted.covers(item, fail())


def test_a_resource_may_be_copied_from_a_report_that_hides_a_secret(item: Check) -> None:
    secret = Secret("hunter-of-suppressions", "password")
    resource = f"/srv/{secret.reveal()}/crt"

    accepted = parse([f"token_key_mismatch:{redact(resource)}"])[0]

    assert accepted.covers(item, fail(resource))


def test_a_family_accepts_all_of_its_checks() -> None:
    assert {accepted.check for accepted in parse(["proxy"])} == {item.name for item in named("proxy")}


def test_a_word_that_names_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match=r"Did you mean token_key_mismatch\?"):
        parse(["token_key_mismatsch:/etc/a"])
