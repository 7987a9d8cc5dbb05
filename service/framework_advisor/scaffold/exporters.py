"""Which template writes which export: ``exporters.yaml``, read and checked."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from framework_advisor.recommendation import StackPiece

TEMPLATES = files(__package__) / "templates"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Exporter(_Frozen):
    """A template of ``templates/exporters`` and the pieces of the knowledge that it stands for."""

    template: str
    pieces: tuple[str, ...]
    requires: tuple[str, ...] = ()
    remark: str | None = None


class Exporters(_Frozen):
    """The whole file: versions, what each subject needs, and the exporters."""

    versions: dict[str, str]
    frameworks: dict[str, tuple[str, ...]]
    exporters: tuple[Exporter, ...]

    def of(self, piece: StackPiece) -> Exporter | None:
        """What writes this export; None where no template does."""
        return next((one for one in self.exporters if piece.piece in one.pieces), None)


@cache
def exporters() -> Exporters:
    """The exporters that are packaged."""
    text = (files(__package__) / "exporters.yaml").read_text(encoding="utf-8")
    return Exporters.model_validate(yaml.safe_load(text))


def template(*path: str) -> str:
    """The text of a template."""
    return TEMPLATES.joinpath(*path).read_text(encoding="utf-8")
