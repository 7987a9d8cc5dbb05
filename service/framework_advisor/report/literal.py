"""Text that somebody else gave, in Markdown: it reads as it was given, and marks nothing up."""

from __future__ import annotations

import re
import unicodedata

#: Whatever can begin or end a mark, a link, an entity, a tag or a cell.
_MARKS = re.compile(r"([\\`*\[\]<>|&~!])")
#: An underscore, but for one within a word, as in ``server_cpu``.
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
#: What is a mark only where a line begins: headings, lists, rules, and numbers of lists.
_LINE_START = re.compile(r"^(\d{1,9})?([#+=.)-])")


def literal(text: str) -> str:
    """The text on one line."""
    line = " ".join("".join(map(_visible, text)).split())
    line = _UNDERSCORE.sub(r"\\_", _MARKS.sub(r"\\\1", line))
    return _LINE_START.sub(lambda found: f"{found[1] or ''}\\{found[2]}", line)


def quoted(text: str) -> list[str]:
    """The text as a quotation, line by line."""
    return [f"> {literal(line)}".rstrip() for line in text.splitlines()]


def linked(text: str) -> str:
    """The text on one line, with its web addresses as links."""
    parts = re.split(r"(https?://[^\s<>()\"'\\]*[\w/])", text)
    return "".join(
        f"<{part}>" if index % 2 else _spaced(part) for index, part in enumerate(parts)
    ).strip()


def _spaced(text: str) -> str:
    """Literal text whose spaces at its ends stay."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() and text.strip() else ""
    return f"{before}{literal(text)}{after}"


def _visible(character: str) -> str:
    """Controls and what turns the direction of reading are shown as a blank."""
    return " " if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") else character
