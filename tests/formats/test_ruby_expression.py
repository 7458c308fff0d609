"""Code is shown in one line, and what may be a secret in it is not."""

from __future__ import annotations

import pytest

from regdoctor.formats.ruby_expression import expression
from regdoctor.formats.ruby_source import parse_ruby


def _shown(code: str) -> str:
    return expression(parse_ruby(code.encode(), "g.rb").root.named_children[0]).expression


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("ENV['KEY'] || 'hunter2'", "ENV['KEY'] || '…'"),
        ("ENV.fetch('KEY', 'hunter2')", "ENV.fetch('KEY', '…')"),
        ("File.read('/run/secrets/key')", "File.read('/run/secrets/key')"),
        ("base.merge(\n  's3' => {'secretkey' => \"hunter2\"})", "base.merge( '…' => {'…' => \"…\"})"),
        ("decrypt('hunter2')", "decrypt('…')"),
        ("f(" + ", ".join(["x"] * 99) + ")", "f(" + "x, " * 32 + "x…"),
    ],
)
def test_only_keys_and_paths_are_shown(code: str, shown: str) -> None:
    assert _shown(code) == shown
