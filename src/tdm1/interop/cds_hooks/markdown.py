"""Text as Markdown (GitHub's kind): nothing a record holds may become a heading, a link, a picture or HTML."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_\[\]#|~!{}()])")
#: Addresses become links by themselves, so their signs are written as numbers.
_LINKS = re.compile(r"(://|www\.|@|\b(?:mailto|xmpp):)", re.IGNORECASE)


def escaped(text: str) -> str:
    """One line of plain text, safe inside a paragraph or a list item."""
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = _SPECIAL.sub(r"\\\1", plain)
    return _LINKS.sub(_as_numbers, plain)


def _as_numbers(found: re.Match[str]) -> str:
    return "".join(sign if sign.isalpha() else f"&#{ord(sign)};" for sign in found[0])


def items(lines: list[str]) -> str:
    """A list of lines that are escaped already."""
    return "\n".join(f"- {line}" for line in lines)
