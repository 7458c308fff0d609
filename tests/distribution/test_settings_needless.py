"""What 2.8 does by itself needs no setting there; other products have one."""

from __future__ import annotations

from regdoctor.distribution.generation import Generation
from regdoctor.distribution.settings_needless import why_needless

V2, V3, GITLAB = Generation
PATH = ("storage", "s3aws", "forcepathstyle")


def test_path_style_needs_no_setting_in_2_8() -> None:
    assert "regionendpoint" in (why_needless(PATH, V2) or "")


def test_other_products_and_settings_need_theirs() -> None:
    assert why_needless(PATH, GITLAB) is None
    assert why_needless(PATH, None) is None
    assert why_needless(("storage", "s3", "region"), V2) is None
