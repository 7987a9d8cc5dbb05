"""Puts a project into a folder or into one file."""

from __future__ import annotations

import shutil
import tempfile
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from framework_advisor.errors import FieldError, InvalidInput
from framework_advisor.scaffold.project import Project

#: The earliest that a zip file can say: the same project gives the same bytes.
_NO_DAY = (1980, 1, 1, 0, 0, 0)


def write(project: Project, folder: Path) -> None:
    """Write the project into ``folder``, all of it or nothing.

    Raises:
        InvalidInput: the folder holds something, is a file, or cannot be written.
    """
    _must_be_free(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            for name, text in project.files.items():
                (beside / name).write_text(text, encoding="utf-8")
            beside.chmod(0o755)
            # Onto an empty folder, or to where there is none.
            beside.replace(folder)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
    except OSError as error:
        raise _refused(f"{folder} cannot be written: {error.strerror}") from error


def zipped(project: Project) -> bytes:
    """The project as a zip file, in a folder of its name."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, text in project.files.items():
            entry = ZipInfo(f"{project.name}/{name}", _NO_DAY)
            archive.writestr(entry, text, compress_type=ZIP_DEFLATED)
    return buffer.getvalue()


def _must_be_free(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        if any(folder.iterdir()):
            raise _refused(f"{folder} is not empty: nothing is written over")
    elif folder.exists() or folder.is_symlink():
        raise _refused(f"{folder} is there and is no folder")


def _refused(detail: str) -> InvalidInput:
    return InvalidInput((FieldError("DIR", detail, "a new or empty folder that can be written"),))
