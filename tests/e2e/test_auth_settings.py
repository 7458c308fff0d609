"""What the settings of auth.token and auth.htpasswd do to a real registry is what their checks claim."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from regdoctor.formats.htpasswd import parse_htpasswd
from regdoctor.lab import skopeo
from regdoctor.lab.client import Answer, send
from regdoctor.lab.material import PROJECT
from regdoctor.lab.ports import free_ports
from regdoctor.lab.processes import wait_until
from regdoctor.lab.programs import find_program
from regdoctor.lab.stack import Stack

StackWith = Callable[[str | None], Stack]
