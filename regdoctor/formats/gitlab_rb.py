"""Omnibus' /etc/gitlab/gitlab.rb: what it sets, read from the Ruby grammar and never run."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from regdoctor.formats.located import Located, Place
from regdoctor.formats.ruby_located import located
from regdoctor.formats.ruby_settings import Settings
from regdoctor.formats.ruby_source import parse_ruby

_SETTINGS = frozenset(("external_url", "registry_external_url", "registry", "registry_nginx", "gitlab_rails", "nginx"))


@dataclass(frozen=True, slots=True)
class GitLabRb:
    """The settings of gitlab.rb, as its last line leaves them. Secrets in it are wrapped."""

    tree: Located
    """By the first name: `registry`, `gitlab_rails`, `registry_external_url`, `roles`."""
    source: str
    repeated: tuple[tuple[Located, Located], ...] = ()
    """Settings of the registry that are spelt out again with another value: the one that is lost, and the later."""
    variables: tuple[Located, ...] = ()
    """Plain Ruby variables that are named like a setting (`registry_external_url = '…'`): they set nothing."""
    problems: tuple[str, ...] = ()
    """A line for each piece of code that may set what is not set here: another file taken in, a computed key."""

    def at(self, *path: str) -> Located | None:
        """The value at a path of keys (`registry`, `storage`, `s3`); None where this file sets none.

        Raises UndecidedError as `Located.at`. A value that is nil is there: its `value` is None.
        """
        return self.tree.at(*path)

    def given(self, *path: str) -> Located | None:
        """As `at`, and None for nil, too: to Omnibus that is the same as no setting."""
        found = self.tree.at(*path)
        return None if found is None or found.value is None else found

    def nginx(self, *path: str) -> Located | None:
        """A value of registry['nginx'], else of the legacy registry_nginx, which fills in only what is nil there.

        Source: translate_service_nginx_settings in omnibus-gitlab's libraries/nginx.rb. Key by key: where both
        have a hash under the first key, that of registry['nginx'] counts as a whole.
        """
        ours = self.given("registry", "nginx", *path[:1])
        if ours is not None:
            return self.given("registry", "nginx", *path)
        return self.given("registry_nginx", *path)

    def is_complete(self) -> bool:
        """Whether what is not set here is set nowhere."""
        return not self.problems


def parse_gitlab_rb(data: bytes, source: str, *, first_line: int = 1) -> GitLabRb:
    """The settings in `data`, which was read from `source`, where it begins on `first_line`.

    Raises UnreadableError, one line `SOURCE:LINE: …` that quotes nothing of the file, for what is not Ruby.
    """
    ruby = parse_ruby(b"\n" * (first_line - 1) + data.removeprefix(codecs.BOM_UTF8), source)
    settings = Settings(ruby)
    tree = {key: located(value, (key,), source) for key, value in settings.store.tree.items()}
    return GitLabRb(
        Located(tree, Place(source), ""),
        source,
        tuple(
            (located(lost, path, source), located(kept, path, source)) for path, lost, kept in settings.repeats.found
        ),
        tuple(located(value, (name,), source) for name, value in settings.local.items() if name in _SETTINGS),
        tuple(settings.problems),
    )
