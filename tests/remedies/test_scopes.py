"""What is to be done about a missing grant names the roles and scopes of GitLab, and is said in sentences."""

from __future__ import annotations

from regdoctor.remedies.scopes import GRANT_PULL, GRANT_PUSH


def test_each_names_the_role_and_the_scope_that_its_action_needs() -> None:
    assert "Reporter" in GRANT_PULL.text
    assert "read_registry" in GRANT_PULL.text
    assert "Developer" in GRANT_PUSH.text
    assert "write_registry" in GRANT_PUSH.text
    assert GRANT_PULL.text.endswith(".")
    assert GRANT_PUSH.text.endswith(".")
