"""Remedies that give the value of a setting another name, in the words of each kind of installation."""

from __future__ import annotations

from regdoctor.check import Dialect, Remedies, Remedy
from regdoctor.distribution.setting_names import in_gitlab_rb, in_helm_values
from regdoctor.remedies import RECONFIGURE


def renamed(name: str, near: str) -> Remedies:
    """Write `near` in the place of `name`, both dotted paths in config.yml.

    The value is not repeated: it may be a secret, long, or worked out at run time.
    """
    keeps = "Its value stays as it is"
    ruby, meant = in_gitlab_rb(name) or name, in_gitlab_rb(near) or near
    chart = in_helm_values(name), in_helm_values(near)
    unseen = "the secret that registry.storage.secret names" if near.startswith("storage.") else "what the chart reads"
    where = "the values of the release" if all(chart) else unseen
    wrong, right = chart if all(chart) else (name.rpartition(".")[2], near.rpartition(".")[2])
    return {
        Dialect.PLAIN: Remedy(
            f"Write {near} in the place of {name} in the registry's config.yml. {keeps}; then restart the registry."
        ),
        Dialect.OMNIBUS: Remedy(
            f"Write {meant} in the place of {ruby} in /etc/gitlab/gitlab.rb. {keeps}; then reconfigure.", (RECONFIGURE,)
        ),
        Dialect.HELM: Remedy(f"Write {right} in the place of {wrong} in {where}. {keeps}; then restart the pods."),
        Dialect.COMPOSE: Remedy(
            f"Write {near} in the place of {name} in the config.yml that is mounted. {keeps}; then run the command.",
            ("docker compose restart",),
        ),
    }
