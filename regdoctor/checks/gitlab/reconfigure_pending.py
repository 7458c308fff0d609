"""GL-05: gitlab.rb says something else than the files that are made from it."""

from collections.abc import Iterator, Mapping

from regdoctor.check import Dialect, Fail, Outcome, Pass, Remedy, Severity, Skip, Unknown, check
from regdoctor.distribution.whole_numbers import whole_number
from regdoctor.evidence.installation import Installation
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.gitlab_yml import GitLabConfig
from regdoctor.formats.located import Computed, Located
from regdoctor.formats.omnibus_rendering import rendered_gitlab_config, rendered_registry_config
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.injection import Absent
from regdoctor.redaction import Secret
from regdoctor.remedies import RECONFIGURE

_MOST_SHOWN = 5
_SINCE = ("redis", "gc", "database", "reporting", "middleware", "compatibility")
"""Sections that not every version of Omnibus writes: without them nothing can be said."""
_OWN_WAY = {("http", "draintimeout"), ("database", "enabled"), ("gitlab", "port"), ("gitlab", "https")}
"""Written by some versions only; changed by Omnibus itself where it runs no PostgreSQL; set by further settings."""

Difference = tuple[Located, Located | None, str]
"""What gitlab.rb says, what the file has there, and the path in that file."""


@check(
    title="The files of Omnibus are as gitlab.rb wants them",
    severity=Severity.WARNING,
    failure_modes=("GL-05",),
    reference="https://docs.gitlab.com/omnibus/settings/configuration/",
)
def reconfigure_pending(
    rb: GitLabRb, config: RegistryConfig, gitlab: GitLabConfig | Absent, installation: Installation
) -> Iterator[Outcome]:
    """Nothing of gitlab.rb counts before `gitlab-ctl reconfigure` has written it to config.yml and gitlab.yml.

    Where they differ, a change waits for the next reconfigure, the last one stopped half-way, or somebody has
    edited a file that the next reconfigure writes anew. The next upgrade reconfigures, too: then the change comes at
    a time that nobody chose. Only what gitlab.rb itself says is compared, not what Omnibus adds.

    Look at what gitlab.rb says, correct it if the running value is the right one, and reconfigure.
    """
    if config.source == rb.source:
        yield Skip("there is no config.yml beside gitlab.rb to compare it with")
        return
    if not rb.is_complete():
        yield Unknown(f"what gitlab.rb leaves in the end is not known: {rb.problems[0]}")
        return
    registry, rails = rendered_registry_config(rb), rendered_gitlab_config(rb)
    found = [_fail(config.source, _differences(registry.tree, config.tree, rb.source))] if registry else []
    if isinstance(gitlab, GitLabConfig) and rails is not None and installation.gitlab_root is None:
        # Another node's gitlab.yml comes from another gitlab.rb.
        found.append(_fail(gitlab.source, _differences(rails.settings, gitlab.settings, rb.source)))
    fails = [one for one in found if one is not None]
    yield from fails
    if not found:
        yield Skip("gitlab.rb does not turn the registry on")
    elif not fails:
        yield Pass("what gitlab.rb says is what the files have")


def _differences(wanted: Located, there: Located, source: str) -> list[Difference]:
    """Where a value of gitlab.rb is not the one in the file that is made from it."""
    found: list[Difference] = []
    for path, value in wanted.walk():
        if value.value is None or isinstance(value.value, Computed | Mapping | tuple):
            continue
        if value.place.source != source or value.place.layer != "file" or _is_left_out(path):
            continue
        section = there.value.get(path[0]) if isinstance(there.value, Mapping) else None
        if section is None and path[0] in _SINCE:
            continue
        now = _at(there, path)
        laid_over = now is not None and now.place.layer != "file"
        if not laid_over and not _same(value, now):
            found.append((value, now, ".".join(path)))
    return found


def _is_left_out(path: tuple[str, ...]) -> bool:
    """Whether the version of Omnibus decides what is written; `threshold` gave way to `maxretries`."""
    return path in _OWN_WAY or (path[0] == "notifications" and path[-1] == "threshold")


def _at(tree: Located, path: tuple[str, ...]) -> Located | None:
    here: Located | None = tree
    for key in path:
        inside = here.value if here is not None else None
        if isinstance(inside, Computed):
            return here  # what is in it is known at run time only
        if isinstance(inside, tuple):
            index = whole_number(key)
            here = inside[index] if index is not None and index < len(inside) else None
        else:
            here = inside.get(key) if isinstance(inside, Mapping) else None
    return here


def _same(wanted: Located, now: Located | None) -> bool:
    if now is None or isinstance(now.value, Computed):
        return now is not None
    if isinstance(wanted.value, Secret) and isinstance(now.value, Secret):
        return wanted.value.reveal() == now.value.reveal()
    if isinstance(wanted.value, Secret) or isinstance(now.value, Secret):
        return False
    # Numbers and texts look alike once they are written into YAML; an empty value is a null there.
    return (wanted.text() or "") == (now.text() or "")


def _fail(source: str, differences: list[Difference]) -> Fail | None:
    if not differences:
        return None
    wanted, now, path = differences[0]
    if now is None:
        case = f"gitlab.rb sets {wanted.name}, and {source} has no {path}"
    elif isinstance(wanted.value, Secret) or isinstance(now.value, Secret):
        case = f"gitlab.rb has another {wanted.name} than {source} has {path}"
    else:
        case = (
            f"gitlab.rb says {wanted.text()} for {wanted.name}, and {source} has {now.text() or 'nothing'} for {path}"
        )
    more = f" ({len(differences) - 1} more)" if len(differences) > 1 else ""
    quotes = [side.quote() for ours, theirs, _ in differences[:_MOST_SHOWN] for side in (ours, theirs) if side]
    remedy = Remedy(
        "Decide which value is right. If it is the one that is in use, write it into /etc/gitlab/gitlab.rb. Then "
        "reconfigure, which restarts the registry where its file changes.",
        (RECONFIGURE,),
    )
    return Fail(case + more, evidence=tuple(quotes), resource=source, remedy={Dialect.PLAIN: remedy})
