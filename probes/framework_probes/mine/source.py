"""Somebody's own file, read and executed in a process that has one framework.

What stands at the file's top and needs another framework is left out: an import of it, and each
definition that uses what was left out. So one file may import all of them as usual.
"""

from __future__ import annotations
import __future__

import ast
import hashlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from framework_probes.environments import MODULES

FRAMEWORKS = frozenset(MODULES.values())
#: Annotations are not evaluated: ``x: torch.Tensor`` must not fail where there is no torch.
FLAGS = __future__.annotations.compiler_flag


class BadFile(Exception):
    """What is wrong with a file, in one line: where, what was expected, what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was when it was read. ``sha256``: of its bytes."""

    path: Path
    content: bytes

    @classmethod
    def read(cls, path: Path) -> Source:
        """Read it. Raises BadFile where that cannot be done."""
        try:
            return cls(path.resolve(), path.read_bytes())
        except OSError as error:
            raise BadFile(f"{path}: {error.strerror}; expected a Python file") from None

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @property
    def sha256(self) -> str:
        """Of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def execute(self) -> Executed:
        """Run it in this process.

        Raises:
            BadFile: it is no Python, or a statement of it failed.
        """
        try:
            tree = ast.parse(self.content, str(self.path))
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            said = getattr(error, "msg", str(error))
            raise BadFile(f"{self.name} line {line}: {said}; expected Python") from None
        module = ModuleType(f"mine_{self.path.stem}")
        module.__file__ = str(self.path)
        # Where dataclasses and pickles look their module up.
        sys.modules[module.__name__] = module
        # Last, so that a neighbour named like a module of the library hides nothing.
        sys.path.append(str(self.path.parent))
        executed = Executed(self, module)
        for statement in _held_back(tree, executed.absent).body:
            self._statement(statement, executed)
        return executed

    def _statement(self, statement: ast.stmt, executed: Executed) -> None:
        code = compile(
            ast.Module([statement], []), str(self.path), "exec", FLAGS, dont_inherit=True
        )
        try:
            exec(code, vars(executed.module))  # noqa: S102 - the user's own file, in a worker
        except NameError as error:
            if error.name not in executed.absent:
                raise BadFile(f"{self.said(error)}; define it above or import it") from None
            executed.absent |= _defined(statement)
        except ImportError as error:
            raise BadFile(
                f"{self.said(error)}; install it for {sys.executable}, or import it inside the "
                "function that needs it"
            ) from None
        except Exception as error:
            raise BadFile(f"{self.said(error)}; the file must import without an error") from None

    def said(self, error: BaseException) -> str:
        """An exception in one line, with the last place in the file that it went through."""
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        message = f"{type(error).__name__}: {lines[0] if lines else 'no message'}"
        return f"{self.place(error) or self.name}: {message}"[:400]

    def place(self, error: BaseException) -> str | None:
        """``model.py line 12, in in_jax``; None where the error passed the file by."""
        found, trace = None, error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            if code.co_filename == str(self.path):
                function = "" if code.co_name == "<module>" else f", in {code.co_name}"
                found = f"{self.name} line {trace.tb_lineno}{function}"
            trace = trace.tb_next
        return found


@dataclass(slots=True)
class Executed:
    """A file's module. ``absent``: names that are missing for want of their framework."""

    source: Source
    module: ModuleType
    absent: set[str] = field(default_factory=set)

    def get(self, name: str, default: Any = None) -> Any:
        """What the file calls so."""
        return getattr(self.module, name, default)

    def has(self, name: str) -> bool:
        """Whether the file defines it, be it that this process cannot."""
        return name in self.absent or hasattr(self.module, name)


def _held_back(tree: ast.Module, absent: set[str]) -> ast.Module:
    """The same without imports of frameworks that are not here; their names go into ``absent``."""

    class HoldBack(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
            return node

        def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
            return node

        def visit_Import(self, node: ast.Import) -> ast.AST:
            kept = [alias for alias in node.names if _here(alias.name)]
            absent.update(_bound(a) for a in node.names if not _here(a.name))
            return ast.copy_location(ast.Import(kept) if kept else ast.Pass(), node)

        def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
            if node.module is None or _here(node.module):
                return node
            absent.update(_bound(alias) for alias in node.names)
            return ast.copy_location(ast.Pass(), node)

    found: ast.Module = HoldBack().visit(tree)
    return found


def _here(module: str) -> bool:
    """Whether an import of it brings no other framework: the worker has imported its own."""
    root = module.partition(".")[0]
    return root not in FRAMEWORKS or root in sys.modules


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _defined(statement: ast.stmt) -> set[str]:
    """Names that a statement would have given a value."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
