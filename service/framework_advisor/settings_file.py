"""Settings that stand in a file instead of the environment."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

from framework_advisor.errors import FieldError, InvalidInput, NotInstalled
from framework_advisor.kept_where import PREFIX

VARIABLE = "FRAMEWORK_ADVISOR_SETTINGS_FILE"


def apply_settings_file(environment: MutableMapping[str, str] | None = None) -> None:
    """Put what the file says into the environment, where that does not say it already.

    So whatever reads the environment knows it: the settings, the probes, the overlays. The file is
    the one that ``FRAMEWORK_ADVISOR_SETTINGS_FILE`` names, with a ``NAME=value`` in each line;
    without the variable nothing is done.

    Raises:
        InvalidInput: it cannot be read, or sets something else than this project's variables.
        NotInstalled: what reads it comes with the extra ``server``.
    """
    variables = os.environ if environment is None else environment
    named = variables.get(VARIABLE)
    if not named:
        return
    try:
        from dotenv import dotenv_values
    except ImportError:
        raise NotInstalled("server", "Reading a file of settings") from None
    file = Path(named)
    if not file.is_file():
        raise _wrong(f"there is no file {file}", "a file with NAME=value in each line")
    try:
        found = dotenv_values(file, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(f"{file} cannot be read: {error}", "a text file in UTF-8") from None
    strange = sorted(name for name, value in found.items() if not _is_ours(name, value))
    if strange:
        raise _wrong(f"{file} holds {', '.join(strange)}", f"lines such as {PREFIX}PORT=8000")
    for name, value in found.items():
        variables.setdefault(name, str(value))


def _is_ours(name: str, value: str | None) -> bool:
    return value is not None and name.startswith(PREFIX) and name != VARIABLE


def _wrong(detail: str, expected: str) -> InvalidInput:
    return InvalidInput((FieldError(VARIABLE, detail, expected),))
