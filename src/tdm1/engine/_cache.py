"""Compiled objects on disk, so that a model is compiled once on a machine.

A file is one line of JSON (sizes and the object's SHA-256) and the object. Its name is the hash of all
that the object depends on. It is written beside its place and moved there; a file that is damaged, or
that cannot be read, counts as missing and is replaced. A directory that cannot be written is no error.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Compiled:
    """A model's machine code; `derived` values computed beforehand, and the rows of `memory` a thread needs."""

    object_code: bytes
    derived: int
    memory: int
    jacobian_nonzeros: int
    factors: int


def directory() -> Path:
    """Where compiled objects lie: $TDM1_CACHE_DIR if set, otherwise the user's cache directory."""
    chosen = os.environ.get("TDM1_CACHE_DIR")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("tdm1")) / "kernels"


@cache
def engine_sources() -> str:
    """Hash of the engine's own source files."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def key(fingerprint: str, processor: str) -> str:
    """Name of the object for these equations, this processor and this version of the engine."""
    return hashlib.sha256("\n".join((fingerprint, processor, engine_sources())).encode()).hexdigest()


def _path(name: str) -> Path:
    return directory() / f"{name}.kernel"


def load(name: str) -> Compiled | None:
    """The object of that name, or None if there is no sound one."""
    try:
        head, _, code = _path(name).read_bytes().partition(b"\n")
        fields = json.loads(head)
        if fields.pop("sha256") != hashlib.sha256(code).hexdigest():
            return None
        return Compiled(object_code=code, **{field: int(value) for field, value in fields.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def store(name: str, compiled: Compiled) -> None:
    """Keep the object under that name; silently nothing if the directory cannot be written."""
    fields = asdict(compiled)
    code = fields.pop("object_code")
    fields["sha256"] = hashlib.sha256(code).hexdigest()
    with contextlib.suppress(OSError):
        directory().mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=directory(), suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(fields).encode() + b"\n" + code)
            os.replace(temporary, _path(name))
        except OSError:
            os.unlink(temporary)
            raise
