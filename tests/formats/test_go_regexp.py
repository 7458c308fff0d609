"""What Go refuses in a regular expression is told; each verdict here is docker-registry's own (2.8.2, go1.19.8)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regdoctor.formats.go_regexp import fault


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "missing closing )"),
        ("a)", "unexpected )"),
        ("*.example.com", "missing argument to repetition operator: *"),
        ("|*", "missing argument to repetition operator: *"),
        ("(*)", "missing argument to repetition operator: *"),
        ("{1}", "missing argument to repetition operator: {1}"),
        ("a**", "invalid nested repetition operator: *"),
        ("x*??", "invalid nested repetition operator: ?"),
        ("a{2}{3}", "invalid nested repetition operator: {3}"),
        ("a{1001}", "invalid repeat count: {1001}"),
        ("a{2,1}", "invalid repeat count: {2,1}"),
        ("(?=a)", "invalid or unsupported Perl syntax: (?="),
        ("(?<=a)", "invalid or unsupported Perl syntax: (?<"),
        ("(?P=n)", "invalid or unsupported Perl syntax: (?P"),
        ("(?#x)", "invalid or unsupported Perl syntax: (?#"),
        (r"\1", r"invalid escape sequence: \1"),
        (r"\8", r"invalid escape sequence: \8"),
        (r"\Z", r"invalid escape sequence: \Z"),
        (r"\E", r"invalid escape sequence: \E"),
        (r"\é", r"invalid escape sequence: \é"),
        ("a\\", "trailing backslash at end of expression"),
        ("[a", "missing closing ]"),
        ("[]", "missing closing ]"),
    ],
)
def test_a_broken_pattern_is_told_with_gos_words(pattern: str, said: str) -> None:
    assert fault(pattern) == said


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "^https?://", "(?P<n>a)", "[[:alpha:]]", r"\pL", "x*?", "^*", "$*", "a{,3}", r"\Q*\E", "(?i)a", "a(?i)b"),
        *("[]a]", "[^]a]", r"\_", r"\x{10FFFF}", r"\0", r"\12", r"[\]]", r"^https://[^/]*\.example\.com/", "(?:a|b)+"),
        *("a{2,}", "(?i:a)", r"\Q(", "a{x}", "}"),
    ],
)
def test_what_go_takes_is_no_fault(pattern: str) -> None:
    assert fault(pattern) is None


@given(st.text(alphabet=r"()[]{}\*+?|^$:=<>P-QEx,019abi", max_size=30) | st.text(max_size=30))
def test_no_pattern_breaks_it(pattern: str) -> None:
    found = fault(pattern)

    assert found is None or found
