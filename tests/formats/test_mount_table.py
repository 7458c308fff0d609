"""mountinfo and fstab are read line by line; the deepest and last mount is the one that counts."""

from __future__ import annotations

import pytest

from regdoctor.formats.mount_table import mount_of, parse_fstab, parse_mountinfo

INFO = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:40 / /srv rw,relatime shared:5 master:2 - nfs4 nas:/images rw,vers=4.2,acregmin=0
41 27 0:41 / /srv/my\\040images ro,nosuid - tmpfs none rw,size=1024k
not a line
42 27 0:42 / /short rw
"""


def test_a_line_of_mountinfo_has_the_options_of_the_mount_and_of_the_file_system() -> None:
    root, share, memory = parse_mountinfo(INFO, "/proc/1/mountinfo")

    assert (root.point, root.kind, root.device, root.read_only) == ("/", "ext4", "/dev/vda", False)
    assert share.is_nfs
    assert {"relatime", "vers=4.2", "acregmin=0"} <= share.options
    assert (memory.point, memory.read_only) == ("/srv/my images", True)
    assert memory.quote.source == "/proc/1/mountinfo"
    assert "/srv/my images" in memory.quote.quote


@pytest.mark.parametrize(
    ("path", "point"),
    [("/", "/"), ("/srv", "/srv"), ("/srv/x", "/srv"), ("/srvx", "/"), ("/srv/my images/a", "/srv/my images")],
)
def test_a_path_lies_on_the_deepest_mount_above_it(path: str, point: str) -> None:
    found = mount_of(parse_mountinfo(INFO, "mountinfo"), path)

    assert found is not None
    assert found.point == point


def test_of_two_mounts_at_one_folder_the_last_hides_the_first() -> None:
    twice = parse_mountinfo(INFO + "50 40 0:50 / /srv rw - xfs /dev/vdb rw\n", "mountinfo")

    found = mount_of(twice, "/srv/x")
    assert found is not None
    assert found.kind == "xfs"


def test_fstab_is_read_with_its_lines() -> None:
    text = (
        "# a comment\n\n/dev/vg0/x /var/lib\\040x ext4 defaults,ro 0 2\nUUID=2 none swap sw 0 0\nnas:/i /srv nfs\nbad\n"
    )
    disk, share = parse_fstab(text, "/etc/fstab")

    assert (disk.point, disk.quote.line, disk.read_only) == ("/var/lib x", 3, True)
    assert (share.point, share.quote.line, share.options) == ("/srv", 5, frozenset())
    assert mount_of((disk, share), "/opt") is None
