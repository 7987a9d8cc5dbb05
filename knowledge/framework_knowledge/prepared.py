"""The packaged knowledge as it was read and checked when the package was built.

To read and check the tables takes longer than to decide by them. The build writes what came of it
into one file beside them, with a digest of all that it was made from: the tables, and the modules
that read and check them. It is used only where that digest is that of the files there are now, so
that a table that was changed since counts at once, as it does where there is no such file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from framework_knowledge.knowledge import Knowledge
from framework_knowledge.models import Model

FILE = "prepared.json"
#: Under which name an object says what it is; no field is called so.
_KIND = "$"
_FIELDS = tuple(each.name for each in fields(Knowledge) if each.init and each.name != "overlays")


def write(folder: Path, knowledge: Knowledge) -> None:
    """Keep what was read from the folder, for :func:`read`."""
    content = {name: getattr(knowledge, name) for name in _FIELDS}
    kept = {"digest": digest(folder), "knowledge": content}
    text = json.dumps(kept, default=_encoded, ensure_ascii=False, separators=(",", ":"))
    (folder / FILE).write_text(text, encoding="utf-8")


def read(folder: Path) -> Knowledge | None:
    """What was kept of the folder as it is now; None where that is nothing."""
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
    except OSError:
        return None
    if not text.startswith(f'{{"digest":"{digest(folder)}"'):
        return None
    models = {each.__name__: each for each in _models(Model)}

    def restored(found: dict[str, Any]) -> Any:
        kind = found.pop(_KIND, None)
        if kind == "date":
            return date.fromisoformat(found["day"])
        for name, value in found.items():
            if type(value) is list:
                found[name] = tuple(value)
        # Nothing is validated again: the digest says that these very files were.
        return found if kind is None else models[kind].model_construct(**found)

    try:
        return Knowledge(**json.loads(text, object_hook=restored)["knowledge"])
    except json.JSONDecodeError:  # written by a build that did not come to its end
        return None


def digest(folder: Path) -> str:
    """Over the names and the content of the tables and of the modules beside them."""
    found = hashlib.sha256()
    for path in sorted((*folder.rglob("*.yaml"), *folder.glob("*.py"))):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()


def _encoded(value: object) -> dict[str, object]:
    if isinstance(value, date):
        return {_KIND: "date", "day": value.isoformat()}
    if isinstance(value, Model):
        given = {name: getattr(value, name) for name in sorted(value.model_fields_set)}
        return {_KIND: type(value).__name__, **given}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _models(base: type[Model]) -> Iterator[type[Model]]:
    for each in base.__subclasses__():
        yield each
        yield from _models(each)
