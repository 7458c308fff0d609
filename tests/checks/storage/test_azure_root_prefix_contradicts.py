"""Both names of one switch may not say the same."""

from __future__ import annotations

import pytest

from regdoctor.checks.storage.azure_root_prefix_contradicts import azure_root_prefix_contradicts
from regdoctor.distribution.generation import Generation
from tests.checks.conftest import Given


@pytest.mark.parametrize(("trim", "keep", "fails"), [(True, True, True), (False, False, True), (True, False, False)])
def test_they_contradict_each_other_where_they_are_the_same(given: Given, trim: bool, keep: bool, fails: bool) -> None:
    text = f"container: c, trimlegacyrootprefix: {str(trim).lower()}, legacyrootprefix: {str(keep).lower()}"
    config, product = given.storage(text, "azure"), given.product(Generation.GITLAB)
    assert bool(given.fails(azure_root_prefix_contradicts, config=config, product=product)) == fails


def test_one_of_them_is_enough(given: Given) -> None:
    config = given.storage("container: c, trimlegacyrootprefix: true", "azure")
    given.passes(azure_root_prefix_contradicts, config=config, product=given.product(Generation.GITLAB))


def test_distribution_has_no_such_switches(given: Given) -> None:
    config = given.storage("container: c, trimlegacyrootprefix: true, legacyrootprefix: true", "azure")
    given.skips(azure_root_prefix_contradicts, config=config, product=given.product(Generation.DISTRIBUTION_3))
