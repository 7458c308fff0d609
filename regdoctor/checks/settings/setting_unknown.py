"""S3-11, S3-40 and their kin: config.yml has keys that this registry does not know."""

from collections.abc import Iterator
from itertools import islice

from regdoctor.check import Fail, Outcome, Pass, Remedies, Severity, check
from regdoctor.distribution.nearest_setting import misspelt_credential, nearest
from regdoctor.distribution.settings_needless import why_needless
from regdoctor.distribution.settings_schema import LATEST, Path, known, readers_of
from regdoctor.evidence.product import Generation, Product
from regdoctor.formats.located import Computed, Located
from regdoctor.formats.misspelt_secrets import is_meant_secret, quote_as_meant
from regdoctor.formats.registry_config import RegistryConfig
from regdoctor.formats.shown_values import is_harmless
from regdoctor.remedies import change, remove
from regdoctor.remedies.renaming import renamed

_TOLD_ELSEWHERE = (("redis", "addr"), ("redis", "addrs"), ("redis", "pool"))
"""What redis_settings_of_other_version says."""
_MOST = 20
"""Findings of one file: what is no configuration at all need not be told line by line."""
_MODES = {"forcepathstyle": "S3-11", "pathstyle": "S3-11", "threshold": "NOT-03", "maxretries": "NOT-03"}


@check(
    title="The registry knows every setting in its config.yml",
    severity=Severity.WARNING,
    failure_modes=("CFG-04", "S3-11", "S3-40", "NOT-03"),
    reference="https://distribution.github.io/distribution/about/configuration/",
)
def setting_unknown(config: RegistryConfig, product: Product) -> Iterator[Outcome]:
    """The registry passes over keys that it does not know, without a word in its log.

    So a misspelt key leaves the setting at its default, and so does a key of another product: GitLab's registry calls
    pathstyle what distribution 3 calls forcepathstyle, and each of the two does nothing in the other; maxretries of a
    notification endpoint is GitLab's, threshold is distribution's. Keys are lower case throughout: relativeURLs is
    another key than relativeurls.

    Correct the key to what this product calls it, in the section where it belongs, or remove it.
    """
    found = [_finding(path, value, product) for path, value in islice(_unknown(config, product), _MOST)]
    yield from found
    if not found:
        yield Pass("every setting is known")


def _unknown(config: RegistryConfig, product: Product) -> Iterator[tuple[Path, Located]]:
    """What the file sets and the product does not know; of a section that it does not know the section alone."""
    told: list[Path] = []
    for path, value in config.tree.walk():
        if not path or value.place.layer != "file" or any(path[: len(above)] == above for above in told):
            continue
        if known(path, product.generation, product.version) is not None:
            continue
        told.append(path)
        if not _is_left_alone(path, product):
            yield path, value


def _is_left_alone(path: Path, product: Product) -> bool:
    """Whether nothing is to be said of an unknown key.

    A driver and a way to authenticate of another product stop the registry, which is another finding, as is a
    credential's misspelt name. Keys that begin
    with `x-` or a dot hold anchors. Versions that came after our tables may know what they do not.
    """
    if len(path) == 2 and path[0] in ("storage", "auth"):
        return True
    if misspelt_credential(path, product.generation, product.version) is not None:
        return True
    if path[:2] in _TOLD_ELSEWHERE or path[0].startswith(("x-", ".")):
        return True
    latest = LATEST.get(product.generation) if product.generation else None
    newer = latest is not None and product.version[: len(latest)] > latest
    return newer and _near(path, product) is None


def _near(path: Path, product: Product) -> str | None:
    return nearest(path, product.generation, product.version)


def _finding(path: Path, value: Located, product: Product) -> Fail:
    name, near = ".".join(path), _near(path, product)
    others = readers_of(path)
    needless = why_needless(path, product.generation)
    of_others = f": {needless}" if needless else f": it is a setting of {others}" if others else ""
    end = f"; did you mean {near}?" if near else ""
    who = product.words() if product.generation else "any registry"
    nothing = "does nothing on" if product.generation else "is no setting of"
    mode = _MODES.get(path[-1], "CFG-04")
    if mode == "S3-11" and product.must_be(Generation.GITLAB):
        mode = "S3-40"
    return Fail(
        f"{name} {nothing} {who}{of_others}{end}",
        remedy=_remedy(path, near, value),
        evidence=(value.quote() if _has_readers(path) else quote_as_meant(value, near), *product.evidence),
        resource=name,
        failure_modes=(mode,),
    )


def _has_readers(path: Path) -> bool:
    """Whether another product knows the very setting; of one that nobody knows the value may be a secret."""
    setting = known(path, None)
    return setting is not None and len(setting.path) == len(path)


def _remedy(path: Path, near: str | None, value: Located) -> Remedies:
    name = ".".join(path)
    if near is None:
        return remove(name, "The registry does not read this setting.")
    why = f"Write {near} in the place of {name}."
    is_shown = is_harmless(value) or _has_readers(path)
    if isinstance(value.value, Computed) or value.text() is None or is_meant_secret(value, near) or not is_shown:
        return renamed(name, near)
    plain = value.value if isinstance(value.value, bool | int) else value.text() or ""
    return change(near, plain, why)
