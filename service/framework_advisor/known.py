"""The knowledge that a server or a command decides with: the packaged one and the overlays set.

Free of pydantic-settings, so that the command line works without the extra ``server``.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Sequence
from pathlib import Path

from framework_advisor.errors import FieldError, InvalidInput
from framework_knowledge import Knowledge, load

VARIABLE = "FRAMEWORK_ADVISOR_KNOWLEDGE_OVERLAYS"


def overlay_paths(text: str) -> tuple[Path, ...]:
    """The folders in a list as the environment gives it: a JSON list, or divided like ``PATH``.

    Raises ValueError where it begins like a JSON list of texts and is none.
    """
    stripped = text.strip()
    if not stripped.startswith("["):
        return tuple(Path(part.strip()) for part in stripped.split(os.pathsep) if part.strip())
    try:
        listed = json.loads(stripped)
    except json.JSONDecodeError as error:
        raise ValueError(f"is no JSON list: {error}") from None
    if not all(isinstance(each, str) and each for each in listed):
        raise ValueError("is a JSON list of something else than folders")
    return tuple(map(Path, listed))


def overlays_set() -> tuple[Path, ...]:
    """The overlays that the environment names, in the order in which they are laid.

    Raises:
        InvalidInput: the variable cannot be read.
    """
    try:
        return overlay_paths(os.environ.get(VARIABLE, ""))
    except ValueError as error:
        expected = f"folders divided by '{os.pathsep}', or a JSON list of folders"
        raise InvalidInput((FieldError(VARIABLE, str(error), expected),)) from None


def knowledge_set() -> Knowledge:
    """The packaged knowledge with the overlays that the environment names.

    Raises:
        InvalidInput: the variable cannot be read.
        KnowledgeError: an overlay is not fit for use.
    """
    return knowledge_with(overlays_set())


def knowledge_with(overlays: Sequence[Path]) -> Knowledge:
    """The packaged knowledge with these overlays; read once in a process.

    Raises:
        KnowledgeError: an overlay is not fit for use; a later call reads it again.
    """
    return _read_once(tuple(overlays))


@functools.cache
def _read_once(overlays: tuple[Path, ...]) -> Knowledge:
    return load(overlays=overlays)
