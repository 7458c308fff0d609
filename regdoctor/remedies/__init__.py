"""Remedies that change one setting of the registry, in the words of each kind of installation."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.distribution.setting_names import in_gitlab_rb, in_helm_values
from regdoctor.distribution.setting_variables import variable_of
from regdoctor.distribution.storage_drivers import SIBLINGS
from regdoctor.formats.gitlab_rb import GitLabRb
from regdoctor.formats.located import Located
from regdoctor.injection import Absent

RECONFIGURE = "sudo gitlab-ctl reconfigure"


def change(setting: str, value: bool | int | str, why: str, *, now: Located | None = None) -> Remedies:
    """Set `setting` to `value`.

    setting: the dotted path in config.yml, such as `storage.delete.enabled`; numbers count items of lists.
    value: as YAML has it; a text that must be quoted is quoted here.
    why: the sentence, with its full stop, that each remedy begins with.
    now: the value that is set today, where there is one: what an environment variable says must be changed there.
    """
    plain = Remedy(f"{why} In the registry's config.yml, then restart the registry:", (as_yaml(setting, value),))
    if now is not None and now.place.layer == "environment":
        plain = Remedy(
            f"{why} It is said by a variable ({now.place.source}), which wins over config.yml. Set it there, then "
            "restart the registry:",
            ("=".join(_assignment(setting, value, quote=_in_shell)),),
        )
    return {
        Dialect.PLAIN: plain,
        Dialect.OMNIBUS: _omnibus(setting, value, why),
        Dialect.HELM: _helm(setting, value, why),
        Dialect.COMPOSE: Remedy(
            f"{why} In the environment of the registry's service, then `docker compose up -d`:",
            (": ".join(_assignment(setting, value, quote=_quoted)),),
        ),
    }


def remove(setting: str, why: str) -> Remedies:
    """Take `setting` out of the configuration; the parameters are those of `change`."""
    ruby, chart = in_gitlab_rb(setting), in_helm_values(setting)
    return {
        Dialect.PLAIN: Remedy(f"{why} Remove {setting} from the registry's config.yml and restart the registry."),
        Dialect.OMNIBUS: Remedy(
            f"{why} Remove {ruby or variable_of(setting)} from /etc/gitlab/gitlab.rb and reconfigure.", (RECONFIGURE,)
        ),
        Dialect.HELM: Remedy(f"{why} Remove {chart or setting} from the values, and upgrade the release."),
        Dialect.COMPOSE: Remedy(
            f"{why} Remove {variable_of(setting)} from the service's environment (or {setting} from the mounted "
            "config.yml), then run the command.",
            ("docker compose up -d",),
        ),
    }


def in_nginx_words(rb: GitLabRb | Absent, *lines: str) -> tuple[str, ...]:
    """Lines of gitlab.rb that set registry['nginx'][…], under the name that the file itself uses.

    Where it sets the legacy registry_nginx alone they are written so: a file with both names is read key by key,
    and a deprecated line on top of a present one has no effect.
    """
    if not isinstance(rb, GitLabRb) or "registry_nginx" not in rb.tree.entries():
        return lines
    section = rb.tree.entries().get("registry")
    if section is not None and isinstance(section.value, Mapping) and "nginx" in section.value:
        return lines
    return tuple(line.replace("registry['nginx'][", "registry_nginx[") for line in lines)


def _assignment(setting: str, value: bool | int | str, *, quote: Callable[[str], str]) -> tuple[str, str]:
    """The variable that sets a setting, and its value in quotation marks.

    What is inside a parameter of `storage` or `auth` is out of a variable's reach: there the parameter is set as a
    whole (configuration/parser.go; seen with 2.8: `readonly config key must contain additional keys`).
    """
    parts = setting.split(".")
    text = _scalar(value, quotes=False)
    if parts[0] in ("storage", "auth") and len(parts) > _REACH:
        for part in reversed(parts[_REACH:]):
            text = f"{{{part}: {text}}}"
        parts = parts[:_REACH]
    return variable_of(".".join(parts)), quote(text)


_REACH = 3
"""Steps of a path in `storage` or `auth` that a variable's name can take."""


def _in_shell(text: str) -> str:
    return text if all(char.isalnum() or char in "-_./:@%+," for char in text) else f"'{text}'"


def as_yaml(setting: str, value: bool | int | str) -> str:
    """The setting as a piece of config.yml, nested; items of lists are written with a dash."""
    lines: list[str] = []
    indent, dash = 0, ""
    parts = setting.split(".")
    for position, part in enumerate(parts):
        is_last = position == len(parts) - 1
        if part.isdigit():
            dash = "- "
            if is_last:
                lines.append(f"{'  ' * indent}{dash}{_scalar(value)}")
            continue
        end = f" {_scalar(value)}" if is_last else ""
        lines.append(f"{'  ' * indent}{dash}{part}:{end}")
        indent += 2 if dash else 1
        dash = ""
    return "\n".join(lines)


def _omnibus(setting: str, value: bool | int | str, why: str) -> Remedy:
    ruby = in_gitlab_rb(setting)
    if ruby is None:
        name, text = _assignment(setting, value, quote=_quoted)
        line = f"registry['env'] = {{ \"{name}\" => {text} }}"
        return Remedy(
            f"{why} Omnibus has no key of its own for {setting}, so by a variable in /etc/gitlab/gitlab.rb (add it to "
            "registry['env'] where that is set already):",
            (line, RECONFIGURE),
        )
    below = ", below the line that sets registry['storage']" if ruby.startswith("registry['storage'][") else ""
    written = _quoted(value) if isinstance(value, str) else _scalar(value)
    return Remedy(f"{why} In /etc/gitlab/gitlab.rb{below}:", (f"{ruby} = {written}", RECONFIGURE))


def _helm(setting: str, value: bool | int | str, why: str) -> Remedy:
    chart = in_helm_values(setting)
    if chart is not None:
        option = "--set-string" if isinstance(value, str) else "--set"
        command = f"helm upgrade gitlab gitlab/gitlab --reuse-values {option} '{chart}={_scalar(value, quotes=False)}'"
        return Remedy(f"{why} In the values of the release:", (command,))
    parts = setting.split(".")
    if parts[0] == "storage" and len(parts) > 1 and parts[1] not in SIBLINGS:
        block = textwrap.dedent(as_yaml(setting, value).partition("\n")[2])
        return Remedy(f"{why} In the secret that registry.storage.secret names, then restart the pods:", (block,))
    return Remedy(f"{why} The chart has no value of that name for {setting}: change what its templates make it from.")


def _scalar(value: bool | int | str, *, quotes: bool = True) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) or not quotes:
        return str(value)
    plain = value and all(char.isalnum() or char in "-_./@" for char in value) and not value[0].isdigit()
    return (
        value if plain and value.lower() not in ("true", "false", "yes", "no", "on", "off", "null") else _quoted(value)
    )


def _quoted(text: str) -> str:
    return '"' + text.strip('"').replace("\\", "\\\\").replace('"', '\\"') + '"'
