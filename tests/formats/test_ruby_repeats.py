"""Only a setting of the registry that is spelt out anew, with another value, repeats."""

from __future__ import annotations

import pytest

from regdoctor.formats.gitlab_rb import parse_gitlab_rb
from regdoctor.formats.ruby_repeats import concerns_registry


@pytest.mark.parametrize(
    "code",
    [
        "registry['dir'] = '/a'\nregistry['dir'] = '/a'\n",
        "registry['storage'] = {}\nregistry['storage'] = {'s3' => {}}\n",
        "registry['storage'] = nil\nregistry['storage'] = {'s3' => {}}\n",
        "registry['storage'] = {'s3' => {}}\nregistry['storage']['cache'] = {}\n",
        "registry['storage'] = {'s3' => {}}\nregistry['storage'] = registry['storage'].merge('cache' => {})\n",
        "registry['storage'] = {'s3' => {}}\nregistry['storage'].merge!('cache' => {})\n",
        "registry['dir'] = '/a'\nregistry['dir'] = '/b' if x\n",
        "registry['dir'] = '/a'\nregistry['dir'] ||= '/b'\n",
        "registry['dir'] = '/a'\nregistry['dir'] = ENV['X']\nregistry['dir'] = '/b'\n",
        "registry['dir'] = '/a'\nregistry['dir'] += '/b'\nregistry['dir'] = '/c'\n",
        "registry['s'] = {'a' => {'b' => x}}\nregistry['s'] = {'a' => {'b' => 1}}\n",
        "registry['dir'] = '/a'; registry['dir'] = '/b'\n",
        "external_url 'https://a'\nexternal_url 'https://b'\n",
        "registry_external_url 'https://a'\nif x\n registry_external_url 'https://b'\nend\n",
    ],
)
def test_what_adds_begins_or_may_not_run_repeats_nothing(code: str) -> None:
    assert parse_gitlab_rb(code.encode(), "g.rb").repeated == ()


def test_a_block_is_kept_as_it_was_assigned() -> None:
    code = b"registry['s'] = {'a' => 1}\nregistry['s']['b'] = 2\nregistry['s'] = {'a' => [1, {'c' => true}]}\n"
    ((lost, kept),) = parse_gitlab_rb(code, "g.rb").repeated
    assert list(lost.entries()) == ["a"]
    assert (lost.place.line, kept.place.line) == (1, 3)


def test_what_is_the_registrys() -> None:
    assert concerns_registry(("gitlab_rails", "registry_path"))
    assert not concerns_registry(("gitlab_rails", "time_zone"))
    assert not concerns_registry(("gitlab_rails",))
