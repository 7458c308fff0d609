"""JSON, version 1: the contract for machines. Its schema is report-1.schema.json beside this file."""

from __future__ import annotations

import json

from regdoctor.report import Report
from regdoctor.reporters import Page


def render(report: Report, page: Page) -> str:
    """One document, indented, ending in a newline. Never thinned out by --show."""
    return json.dumps(report.document(), indent=2, ensure_ascii=False) + "\n"
