"""GL-04, CFG-14: gitlab.rb sets a key of the registry that Omnibus does not read."""

from collections.abc import Iterator, Mapping

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, check
from regdoctor.distribution.omnibus_keys import MISPLACED, NGINX, RAILS_REGISTRY, REGISTRY, meant
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Located
from regdoctor.formats.shown_values import quote_unknown
from regdoctor.remedies import RECONFIGURE


@check(
    title="Omnibus reads every key that gitlab.rb sets for the registry",
    severity=Severity.WARNING,
    failure_modes=("GL-04", "CFG-14"),
    reference="https://docs.gitlab.com/administration/packages/container_registry/",
)
def gitlab_rb_key_unread(rb: GitLabRb) -> Iterator[Outcome]:
    """Omnibus takes any key of gitlab.rb without a word, and reads the ones that it knows.

    A misspelt key, or one under the wrong name, has no effect: the default stays. Known cases of pages that are
    out of date are gitlab_rails['internal_key'], where registry['internal_key'] is read, and registry['debug'],
    where registry['debug_addr'] is.

    Rename the key to the one that is meant, or remove it, and reconfigure.
    """
    unread = [*_unread(rb, ("registry",), REGISTRY), *_unread(rb, ("registry", "nginx"), NGINX)]
    unread += _unread(rb, ("registry_nginx",), NGINX)
    unread += [item for item in _unread(rb, ("gitlab_rails",), RAILS_REGISTRY) if _concerns_registry(item[0])]
    for path, value in unread:
        yield _fail(path, value)
    if not unread:
        yield Pass("every key of the registry is one that Omnibus knows")


def _unread(rb: GitLabRb, section: tuple[str, ...], known: frozenset[str]) -> list[tuple[tuple[str, ...], Located]]:
    here: Located | None = rb.tree
    for key in section:
        here = here.value.get(key) if here is not None and isinstance(here.value, Mapping) else None
    # A section that is worked out at run time has no keys to judge: then its own checks are unknown.
    entries = here.value if here is not None and isinstance(here.value, Mapping) else {}
    return [((*section, key), value) for key, value in entries.items() if key not in known]


def _concerns_registry(path: tuple[str, ...]) -> bool:
    return path[1].startswith("registry_") or (path[0], path[1]) in MISPLACED


def _fail(path: tuple[str, ...], value: Located) -> Fail:
    right = meant(path)
    advice = f"; {right} is most likely meant" if right else ""
    text = f"Write {right} in its place" if right else f"Remove {value.name}"
    remedy = Remedy(
        f"{text} in /etc/gitlab/gitlab.rb, and reconfigure.", ("sudoedit /etc/gitlab/gitlab.rb", RECONFIGURE)
    )
    return Fail(
        f"Omnibus does not read {value.name}{advice}",
        evidence=(quote_unknown(value),),
        resource=value.name,
        remedy={Dialect.PLAIN: remedy},
        # Without a near name it may be one of a version that is newer than this list.
        severity=None if right else Severity.INFO,
        failure_modes=("CFG-14",) if path[:2] == ("registry", "debug") else ("GL-04",),
    )
