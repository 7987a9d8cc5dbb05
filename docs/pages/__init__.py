"""The pages that are made from data: every generated file of the docs, and its text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from framework_advisor.evaluation import evaluate
from framework_advisor.heat_map_svg import svg
from framework_knowledge import load
from pages.ageing import ageing
from pages.article import article, table
from pages.decisions import decisions
from pages.deployment import deployment_matrix, matrix_of
from pages.devices import devices
from pages.evaluation import evaluation_page, reliability_picture
from pages.examples import readme
from pages.exchange import export_schema
from pages.http_examples import http_examples
from pages.knowledge import claims, criteria, requirements, sources
from pages.measured import KeptRun, kept, newest, newest_deployment, newest_whole
from pages.probes import probes
from pages.published import published
from pages.record import record
from pages.selftests import selftests
from pages.stacks import stacks
from pages.whole_run import PICTURE, heat_map, whole_run

FOLDER = Path(__file__).parents[1]
README = FOLDER.parent / "README.md"
HTTP_EXAMPLES = FOLDER.parent / "service" / "framework_advisor" / "api" / "examples.json"
MADE = "<!-- Made from the data by `make docs`. Edit the data instead. -->"


def pages() -> dict[Path, str]:
    """Every generated page and its text."""
    knowledge = load()
    run = newest(FOLDER / "measured")
    exports = newest_deployment(FOLDER / "measured" / "deployment")
    pictures: dict[Path, str] = {}
    texts: dict[str, Iterable[str]] = {
        "criteria.md": criteria(knowledge),
        "claims.md": claims(knowledge),
        "article.md": article(knowledge),
        "ageing.md": ageing(knowledge),
        "requirements.md": requirements(knowledge),
        "sources.md": sources(knowledge),
        "probes.md": probes(),
        "devices.md": devices(kept(FOLDER)),
        "decisions/index.md": decisions(FOLDER / "decisions"),
        "deployment_matrix.md": deployment_matrix(exports),
        "stacks.md": stacks(knowledge),
        "published.md": published(knowledge, (run, newest(FOLDER / "measured" / "published"))),
        "selftests.md": selftests(FOLDER / "measured" / "selftests"),
    }
    if whole := newest_whole(FOLDER / "measured" / "full"):
        texts["whole_run.md"] = whole_run(whole)
        pictures[FOLDER / PICTURE] = svg(heat_map(whole))
    for each in knowledge.tables:
        texts[f"tables/{each.id}.md"] = table(each, run)
    return _made(texts) | {
        **pictures,
        README: readme(README, knowledge),
        HTTP_EXAMPLES: http_examples(knowledge, run, exports),
        FOLDER / "probe-run-export-1.schema.json": export_schema(),
        **(_matrix(exports) if exports else {}),
        **{FOLDER / name: text for name, text in record(knowledge, run).items()},
    }


def _matrix(exports: KeptRun) -> dict[Path, str]:
    document = matrix_of(exports).model_dump_json(by_alias=True, indent=1)
    return {FOLDER / "deployment_matrix.json": f"{document}\n"}


def evaluation_pages() -> dict[Path, str]:
    """The page on how well the advisor decides, with its pictures; takes half a minute."""
    found = evaluate(load())
    pictures = {
        FOLDER / "evaluation" / f"{sample.sample}.svg": reliability_picture(sample.calibration)
        for sample in found.samples
    }
    return _made({"evaluation.md": evaluation_page(found)}) | pictures


def _made(texts: Mapping[str, Iterable[str]]) -> dict[Path, str]:
    return {FOLDER / name: "\n".join([MADE, "", *lines]) + "\n" for name, lines in texts.items()}
