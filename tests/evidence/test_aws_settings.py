"""Which profile and which files count follows the variables."""

from __future__ import annotations

import pytest

from regdoctor.distribution.credential_chains import ConfigFile
from regdoctor.evidence.aws_settings import AwsSettings
from regdoctor.formats.located import Located, Place
from regdoctor.redaction import Secret


def settings(**variables: str) -> AwsSettings:
    return AwsSettings("unit", {name: Located(value, Place("unit"), name) for name, value in variables.items()})


@pytest.mark.parametrize(
    ("given", "when", "name"),
    [
        (settings(), ConfigFile.ALWAYS, "default"),
        (settings(AWS_PROFILE="a", AWS_DEFAULT_PROFILE="b"), ConfigFile.ALWAYS, "a"),
        (settings(AWS_DEFAULT_PROFILE="b"), ConfigFile.ALWAYS, "b"),
        (settings(AWS_DEFAULT_PROFILE="b"), ConfigFile.ASKED_FOR, "default"),
        (settings(AWS_DEFAULT_PROFILE="b", AWS_SDK_LOAD_CONFIG="True"), ConfigFile.ASKED_FOR, "b"),
        (settings(AWS_DEFAULT_PROFILE="b", AWS_SDK_LOAD_CONFIG="True"), ConfigFile.NEVER, "default"),
    ],
)
def test_the_profile_that_is_asked_for(given: AwsSettings, when: ConfigFile, name: str) -> None:
    assert given.profile_name(when) == name


def test_a_secret_is_given_to_the_call_that_needs_it_alone() -> None:
    value = Located(Secret("the-value", "x"), Place("unit"), "AWS_SESSION_TOKEN")
    found = AwsSettings("unit", {"AWS_SESSION_TOKEN": value})
    assert found.text("AWS_SESSION_TOKEN") == "the-value"
    assert "the-value" not in str(found)
