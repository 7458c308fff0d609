"""The shared files of the AWS SDKs are read with the line of each setting, and their keys are wrapped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.aws_profiles import parse_aws_profiles
from regdoctor.redaction import Secret

TEXT = b"""# keys
[default]
aws_access_key_id = AKIAEXAMPLE1
AWS_SECRET_ACCESS_KEY=abc=def/ghi
s3 =
  addressing_style = path
[profile  ci]
region=eu-central-1
; region=none
[default]
aws_access_key_id = AKIAEXAMPLE2
"""


def test_settings_stand_with_their_lines_by_profile() -> None:
    found = parse_aws_profiles(TEXT, "/root/.aws/credentials")
    key, secret = found["default"]["aws_access_key_id"], found["default"]["aws_secret_access_key"]

    assert set(found) == {"default", "ci"}
    assert (key.value, key.place.line) == (Secret("AKIAEXAMPLE2", "x"), 11)
    assert secret.value == Secret("abc=def/ghi", "x")
    assert "abc" not in str(secret.quote())
    assert found["ci"]["region"].quote().line == 8
    assert "addressing_style" not in found["default"]


@given(st.binary(max_size=400))
def test_anything_is_read_without_an_error(data: bytes) -> None:
    assert isinstance(parse_aws_profiles(data, "f"), dict)
