"""How Omnibus comes to a value: as gitlab.rb sets it, else by default, or made from another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urlsplit

from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Computed, Located, Place, Scalar
from regdoctor.formats.ruby_located import ruby_name
from regdoctor.redaction import Secret

_DEFAULT = Place("Omnibus default", layer="default")
_PORTS = {"http": 80, "https": 443}


def by_default(value: Scalar | Mapping[str, Located] | tuple[Located, ...], name: str) -> Located:
    """A value that Omnibus writes by itself."""
    return Located(value, _DEFAULT, name)


def derived(value: Located, made: Callable[[str], Scalar], how: str) -> Located:
    """What Omnibus makes of the text of a value, at that value's place; what is computed stays so.

    how: what is done to it, in a word or two, which is added to its name.
    """
    if isinstance(value.value, Computed | Secret):
        return value
    text = value.text()
    return value if text is None else replace(value, value=made(text), name=f"{value.name} ({how})")


@dataclass(frozen=True, slots=True)
class Omnibus:
    """The values of one gitlab.rb."""

    rb: GitLabRb

    def value(self, path: tuple[str, ...], default: Scalar) -> Located:
        """The setting at `path`, or Omnibus' default for it, unless another file may set it."""
        name = ruby_name(path)
        found = self.rb.given(*path)
        return found if found is not None else self.unless_set_elsewhere(by_default(default, name))

    def unless_set_elsewhere(self, default: Located) -> Located:
        """The default where gitlab.rb is all that there is; else a computed value."""
        if self.rb.is_complete():
            return default
        return self._set_elsewhere()

    def _set_elsewhere(self) -> Located:
        """What stands for any setting that another file may set. Its name is the same for all of them, so that the
        checks which it leaves undecided say the same thing, and a report tells it once.
        """
        line, _, what = self.rb.problems[0].removeprefix(f"{self.rb.source}:").partition(": ")
        place = Place(self.rb.source, int(line) if line.isdigit() else None)
        return Located(Computed(what or line), place, f"what {self.rb.source} does not set itself")

    def unknown(self, why: str, name: str = "") -> Located:
        """A value that this file does not decide."""
        return Located(Computed(why), Place(self.rb.source), name or "external_url")


@dataclass(frozen=True, slots=True)
class Url:
    """A URL of gitlab.rb, and what Omnibus takes from it. What is no URL gives nothing: reconfigure refuses it."""

    given: Located | None

    def host(self) -> Located | None:
        """Its host."""
        return self._part(lambda url: url.hostname, "host")

    def port(self, *, always: bool = False) -> Located | None:
        """Its port; none for 80 and 443, which Omnibus leaves out of gitlab.yml's registry block.

        always: True for that of GitLab itself.
        """

        def number(url: SplitResult) -> int | None:
            port = url.port or _PORTS.get(url.scheme)
            return port if always or port not in (80, 443) else None

        return self._part(number, "port")

    def https(self) -> Located | None:
        """Whether it is https."""
        return self._part(lambda url: url.scheme == "https", "whether https")

    def turned(self, value: bool) -> Located | None:
        """A value that Omnibus sets because this URL is there."""
        return None if self.given is None else replace(self.given, value=value)

    def _part(self, part: Callable[[SplitResult], Scalar], how: str) -> Located | None:
        if self.given is None or isinstance(self.given.value, Computed):
            return self.given
        try:
            url = urlsplit(self.given.text() or "")
            value = part(url) if url.hostname else None
        except ValueError:
            return None
        return None if value is None else replace(self.given, value=value, name=f"{self.given.name} ({how})")
