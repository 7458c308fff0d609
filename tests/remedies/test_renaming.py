"""The value under another name, in the words of each installation."""

from __future__ import annotations

from regdoctor.check import Dialect
from regdoctor.remedies.renaming import renamed


def test_each_installation_names_the_place_where_it_keeps_the_setting() -> None:
    remedies = renamed("storage.s3.access_key", "storage.s3.accesskey")
    assert "storage.s3.accesskey in the place of storage.s3.access_key" in remedies[Dialect.PLAIN].text
    assert "registry['storage']['s3']['accesskey']" in remedies[Dialect.OMNIBUS].text
    assert "accesskey in the place of access_key in the secret" in remedies[Dialect.HELM].text


def test_the_chart_has_some_settings_among_its_values() -> None:
    remedies = renamed("gc.disable", "gc.disabled")
    assert "registry.gc.disabled in the place of registry.gc.disable" in remedies[Dialect.HELM].text
