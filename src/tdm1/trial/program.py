"""What a result depends on besides its input: the program itself. Equal identities compute alike.

Chunks done at two times or on two machines make one run only if the same program did them.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import tdm1

#: Files of the package that a result may depend on.
_SOURCES = (".py", ".yaml", ".csv")


class Program(NamedTuple):
    """Python (major.minor), version of tdm1, and a hash of tdm1's source and data files."""

    python: str
    version: str
    sources: str

    def __str__(self) -> str:
        return f"Python {self.python}, tdm1 {self.version}, sources {self.sources}"


def identity() -> Program:
    """The program that runs here."""
    return Program(f"{sys.version_info[0]}.{sys.version_info[1]}", tdm1.__version__, _sources())


@cache
def _sources() -> str:
    root = Path(tdm1.__file__).parent
    digest = hashlib.sha256()
    named = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.suffix in _SOURCES}
    for name in sorted(named):
        content = named[name].read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:12]
