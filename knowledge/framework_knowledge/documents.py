"""YAML files as plain values whose every part still knows its line.

PyYAML's composer is used instead of its constructor: nodes keep their position, so that a problem
found much later, in a model or in a reference between two files, is reported where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_BOOL = "tag:yaml.org,2002:bool"
_NULL = "tag:yaml.org,2002:null"

#: Field name of a problem that concerns a file as a whole.
WHOLE_FILE = "(file)"

FieldPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the data: where it stands and what to do about it."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        """Render as ``file:line: field: reason``."""
        return f"{self.file}:{self.line}: {self.field}: {self.reason}"


@dataclass(frozen=True)
class Document:
    """A parsed file. ``value`` holds str, int, float, bool, None, lists and dicts only.

    Dates stay text: the models parse them, and a source may give only a year and a month.
    """

    file: str
    value: object
    root: Node

    def problem(self, path: Sequence[str | int], reason: str) -> Problem:
        """Locate ``reason`` at ``path``, or at its nearest enclosing part that exists."""
        field = ".".join(str(part) for part in path) or WHOLE_FILE
        return Problem(self.file, _line(self.root, path), field, reason)


def read(path: Path, name: str) -> tuple[Document | None, list[Problem]]:
    """Read one file, called ``name`` in problems.

    Returns the document, or None where the file is missing or is not YAML, and what is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None, [Problem(name, 1, WHOLE_FILE, "is missing; the knowledge needs this file")]
    except (OSError, UnicodeDecodeError) as error:
        return None, [Problem(name, 1, WHOLE_FILE, f"cannot be read as UTF-8 text: {error}")]
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return None, [Problem(name, line, WHOLE_FILE, f"is not YAML: {error.problem}")]
    except yaml.YAMLError as error:
        return None, [Problem(name, 1, WHOLE_FILE, f"is not YAML: {error}")]
    if root is None:
        return None, [Problem(name, 1, WHOLE_FILE, "is empty")]
    problems = [Problem(name, line, field, reason) for line, field, reason in _faults(root, ())]
    return Document(name, _value(root), root), problems


def _value(node: Node) -> object:
    if isinstance(node, MappingNode):
        return {str(key.value): _value(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [_value(item) for item in node.value]
    return _scalar(node)


def _scalar(node: Node) -> object:
    text = str(node.value)
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() in {"true", "yes", "on"}
    try:
        if node.tag == _INT:
            return int(text)
        if node.tag == _FLOAT:
            return float(text)
    except ValueError:  # 0x1f, 1_000, .inf: no field of ours takes these, the model says so
        return text
    return text


def _faults(node: Node, path: FieldPath) -> Iterator[tuple[int, str, str]]:
    """Yield keys that YAML would let pass: given twice, or not plain text."""
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _faults(item, (*path, index))
    if not isinstance(node, MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        here = (*path, str(key.value) if isinstance(key, ScalarNode) else "?")
        field = ".".join(str(part) for part in here)
        if not isinstance(key, ScalarNode):
            yield line, field, "a key must be plain text"
        elif key.value in seen:
            yield line, field, f"is given twice, first in line {seen[key.value]}; keep one"
        else:
            seen[key.value] = line
        yield from _faults(value, here)


def _line(root: Node, path: Sequence[str | int]) -> int:
    node = root
    line = int(root.start_mark.line) + 1
    for part in path:
        if isinstance(node, MappingNode):
            match = next((pair for pair in node.value if pair[0].value == part), None)
            if match is None:
                break
            line, node = match[0].start_mark.line + 1, match[1]
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line
