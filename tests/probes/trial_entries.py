"""Entries of a trial, and the keys under which a registry's storage keeps what they stand for."""

from __future__ import annotations

from regdoctor.probes.ledger import Entry

HEX = "12" * 32
UPLOAD = "0b6f0a7a-1d5c-4cbb-9d0e-3f6b6f0a7a1d"
TAG = f"regdoctor-trial-{'0' * 16}"
ENTRIES = {
    "upload": Entry("upload", "http://r", "a/b", f"/v2/a/b/blobs/uploads/{UPLOAD}"),
    "manifest": Entry("manifest", "http://r", "a/b", f"/v2/a/b/manifests/sha256:{HEX}"),
    "tag": Entry("tag", "http://r", "a/b", f"/v2/a/b/manifests/{TAG}"),
    "blob": Entry("blob", "http://r", "a/b", f"/v2/a/b/blobs/sha256:{HEX}"),
}
OURS = {
    "upload": [
        f"repositories/a/b/_uploads/{UPLOAD}/startedat",
        f"repositories/a/b/_uploads/{UPLOAD}/hashstates/sha256/0",
    ],
    "manifest": [f"repositories/a/b/_manifests/revisions/sha256/{HEX}/link", f"blobs/sha256/12/{HEX}/data"],
    "tag": [f"repositories/a/b/_manifests/tags/{TAG}/current/link"],
    "blob": [f"repositories/a/b/_layers/sha256/{HEX}/link", f"blobs/sha256/12/{HEX}/data"],
}
THEIRS = [
    "repositories/a/b/_uploads/2/startedat",
    "repositories/a/b/_manifests/tags/latest/current/link",
    f"repositories/a/b/_manifests/revisions/sha256/{'13' * 32}/link",
    f"repositories/a/b/_layers/sha256/{'13' * 32}/link",
    f"blobs/sha256/12/{'12' * 31}13/data",
]
"""What is not ours, in the same repository."""
