"""The chart's own defaults, each marked as such."""

from __future__ import annotations

from regdoctor.formats.chart_defaults import CHART_DEFAULT, chart_defaults


def test_each_default_has_its_dotted_name_and_its_place() -> None:
    found = chart_defaults()
    grace = found.at("registry", "deployment", "terminationGracePeriodSeconds")
    assert grace is not None
    assert (grace.value, grace.name) == (30, "registry.deployment.terminationGracePeriodSeconds")
    assert {value.place for _, value in found.walk()} == {CHART_DEFAULT}
    assert CHART_DEFAULT.layer == "default"
