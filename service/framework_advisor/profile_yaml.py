"""A profile in YAML: its values as JSON has them, and the lines in which they stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode


class NotYaml(Exception):
    """What a text is instead, with the line where that shows."""

    def __init__(self, detail: str, expected: str, line: int | None = None) -> None:
        self.expected = expected
        self.line = line
        super().__init__(detail)


class _Loader(yaml.CSafeLoader):
    """YAML as JSON understands it: days stay text, and so does a version such as 3.10."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.value in seen:
                what = "given twice" if isinstance(key, ScalarNode) else "no plain text"
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value} is {what}", key.start_mark
                )
            seen.add(key.value)
            if key.value == "python" and isinstance(value, ScalarNode):
                value.tag = "tag:yaml.org,2002:str"
        return dict(super().construct_mapping(node, deep=True))

    def flatten_mapping(self, node: MappingNode) -> None:
        """Leave ``<<`` as it is; no field has that name."""


_Loader.yaml_implicit_resolvers = {
    first: [each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def parsed(body: bytes) -> tuple[Any, Node | None]:
    """The values, and where they stand.

    Raises:
        NotYaml: it is not, or says something twice by an alias.
    """
    try:
        # What is meant twice could grow without end when it is written out.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(body.decode())):
            raise NotYaml("it holds an alias (*)", "plain values")
        root = yaml.compose(body, Loader=yaml.CSafeLoader)
        return yaml.load(body, Loader=_Loader), root  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not text in UTF-8"
        line = mark.line + 1 if mark else None
        raise NotYaml(f"it is not YAML: {problem}", "YAML", line) from None


def lines_of(root: Node | None) -> Callable[[str], int] | None:
    """From a JSON pointer to the line of what it names, or of its nearest part that is there."""
    return None if root is None else lambda pointer: _line(root, pointer)


def _line(root: Node, pointer: str) -> int:
    """The line of what a pointer names, or of its nearest part that is there."""
    line = root.start_mark.line + 1
    node = root
    for part in pointer.split("/")[1:]:
        if isinstance(node, MappingNode):
            pair = next((each for each in node.value if each[0].value == part), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif part.isdigit() and int(part) < len(node.value):
            node = node.value[int(part)]
            line = node.start_mark.line + 1
    return int(line)
