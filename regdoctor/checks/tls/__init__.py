"""Certificates, as clients judge them."""
