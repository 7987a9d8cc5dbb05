"""The README with its table of examples decided anew, as of the day of the check."""

from __future__ import annotations

import json
from pathlib import Path

from framework_advisor import Advisor, Profile
from framework_knowledge import Knowledge
from pages.markdown import header, row

BEGIN, END = "<!-- examples: made by `make docs` -->", "<!-- end of examples -->"


def readme(path: Path, knowledge: Knowledge) -> str:
    """The text of the README at ``path``, its table renewed."""
    rows = list(header("profile", "pick", "p_best", "the stack in short"))
    for example in sorted((path.parent / "examples").glob("*.json")):
        asked = json.loads(example.read_bytes())
        asked["evidence"] = {"as_of": str(knowledge.checked_on), "probe_run": None}
        verdict = Advisor(knowledge).recommend(Profile.model_validate(asked)).verdict
        pieces = [piece for name, piece in verdict.stack.pieces()] if verdict.stack else []
        short = ", ".join(
            dict.fromkeys(
                piece.choice
                for piece in pieces[2:-2]
                if piece.choice not in ("none needed", "open")
            )
        )
        link = f"[{asked['name']}](examples/{example.name})"
        pick = f"{verdict.framework} ({verdict.status.replace('_', ' ')})"
        p_best = verdict.p_best or 0.0
        shown = "> 0.99" if p_best > 0.99 else f"{p_best:.2f}"
        rows.append(row(link, pick, shown, short))
    head, _, rest = path.read_text().partition(BEGIN)
    _, _, tail = rest.partition(END)
    return "\n".join([f"{head}{BEGIN}", "", *rows, "", f"{END}{tail}"])
