"""The commands and the code of the documents, and what stands in for what would take minutes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
_BLOCK = re.compile(r"^( *)```(sh|python)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
#: A run of one cheap probe instead of a suite, for the seconds that a suite takes.
SMALL = '"probes": ["dispatch"], "frameworks": ["jax"]'
#: (what a document says, what is run instead, why).
STAND_INS = (
    (r"(^|&& )make (?=\w)", r"\1make -n ", "what they do is what CI does"),
    (r"probe run --suite quick", "probe run --probes dispatch --frameworks jax", "two minutes"),
    (
        r"probe run --suite deployment$",
        "probe run --suite deployment --probes deployment.cnn/pytorch-onnx-onnxruntime",
        "a quarter of an hour",
    ),
    (r"--deploy$", "--help", "minutes"),
    (r"probe resume RUN$", "probe resume --help", "a run that was stopped"),
    (r'"suite": ?"quick"', SMALL, "two minutes"),
    (
        r"framework_probes run --export",
        "framework_probes run --probes dispatch --frameworks jax --export",
        "two minutes",
    ),
    (r" --build jax-cuda", "", "gigabytes"),
    (r"environments --check", "environments", "half a minute for each"),
    (r"^pip install", "echo pip install", "a test of its own takes the wheel"),
    (r"framework-advisor evaluate", "framework-advisor evaluate --help", "half a minute"),
    (r"selftest (aa|clock)", r"selftest \1 --help", "a minute, and a quiet machine"),
    (r"docs/measured/selftests/", "", "figures that are kept"),
    (r"framework-advisor init", "framework-advisor init --defaults", "it asks"),
    (r"serve --port 8080", "serve --check --port 0", "it would serve until Ctrl-C"),
    (r"http://advisor\.example\.org:8000", "http://127.0.0.1:8000", "a host of the reader's"),
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """A block of a document."""

    page: str
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def runnable(self, names: dict[str, str]) -> str:
        """With stand-ins, and the reader's names replaced by those that are there."""
        text = self.text
        for pattern, instead, _ in STAND_INS:
            text = re.sub(pattern, instead, text, flags=re.MULTILINE)
        for name, there in names.items():
            text = text.replace(name, there)
        return text


def snippets() -> list[Snippet]:
    """All of them, page by page."""
    pages = [
        REPOSITORY / "README.md",
        REPOSITORY / "CONTRIBUTING.md",
        *sorted((REPOSITORY / "docs").glob("*.md")),
    ]
    found = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(text):
            indent, language, block = match.groups()
            lines = [line.removeprefix(indent) for line in block.splitlines()]
            where = text[: match.start()].count("\n") + 1
            found.append(
                Snippet(str(page.relative_to(REPOSITORY)), language, "\n".join(lines), where)
            )
    return found
