"""The examples and what the README says of them."""

import json
import re
from pathlib import Path

import pytest

from framework_advisor import Advisor, parse_profile

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.json"))
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_each_example_gets_an_answer_that_stands_on_evidence(path: Path) -> None:
    answer = Advisor().recommend(parse_profile(path.read_bytes()))
    assert answer.verdict.framework
    assert answer.verdict.stack
    assert answer.evidence
    wanted = {w.kind for w in answer.profile.target_wishes or ()}
    assert {piece.target for piece in answer.verdict.stack.export} == wanted


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_the_readme_names_each_example(path: Path) -> None:
    assert path.name in README


def test_the_readme_shows_its_example_as_it_is() -> None:
    shown = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert shown
    example = json.loads((ROOT / "examples" / "cpu_vision_service.json").read_text())
    assert json.loads(shown.group(1)) == example
