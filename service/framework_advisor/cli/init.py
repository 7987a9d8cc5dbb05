"""``init``: a profile file, from a few questions or to be filled in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import rich_click as click
from pydantic import ValidationError

from framework_advisor.errors import Conflict, FieldError, InvalidInput
from framework_advisor.profile import Profile
from framework_advisor.profile_file import JSON, YAML, explained, write_profile
from framework_advisor.validation import field_errors
from framework_knowledge.models import Stage

#: An answer that asks what may be answered, and one that leaves the rest open.
HELP, LEAVE = "?", "."


@dataclass(frozen=True, slots=True)
class Question:
    """A field that is asked about."""

    pointer: str
    asks: str
    several: bool = False


QUESTIONS = (
    Question("/stage", "Which stage is it for", several=True),
    Question("/name", "What is the project called"),
    Question("/workload/family", "What kind of model"),
    Question("/workload/phases", "What is done with it", several=True),
    Question("/targets", "Where has the trained model to run", several=True),
    Question("/platform/accelerators", "What is it trained on", several=True),
    Question("/team/existing_code", "In which frameworks does code exist", several=True),
    Question("/team/pretrained", "Are public pretrained models needed"),
)


@click.command()
@click.argument("file", default="profile.yaml")
@click.option("--defaults", is_flag=True, help="Ask nothing: write a file to be filled in.")
@click.option(
    "--stage",
    type=click.Choice(get_args(Stage)),
    help="The one answer that is needed.  [default, with --defaults: production]",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(*, file: str, defaults: bool, stage: Stage | None, force: bool) -> None:
    """Write a profile into FILE, from a few questions.

    FILE is YAML, with every field explained, or JSON, by its suffix; - writes YAML to standard
    output. An empty answer leaves a question open, which counts as unknown; a full stop, or
    Ctrl-D, leaves all that follow open; a question mark says what may be answered.
    """
    if file != "-" and Path(file).suffix.lower() not in (*YAML, *JSON):
        raise InvalidInput(
            (FieldError("FILE", f"{file} is of no kind of profile", ".yaml, .yml or .json"),)
        )
    if file != "-" and Path(file).exists() and not force:
        raise Conflict(f"{file} is there already: name another file, or use --force.")
    given: dict[str, Any] = {"stage": stage} if stage else {}
    known = (given or {"stage": "production"}) if defaults else _asked(given)
    text = write_profile(known, file)
    if file == "-":
        click.echo(text, nl=False)
        return
    Path(file).write_text(text, encoding="utf-8")
    click.echo(f"wrote {file}; ask with: framework-advisor recommend {file}", err=True)


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    """What is answered until there is no question left, or nobody to answer.

    Raises:
        InvalidInput: the stage was not said.
    """
    click.echo("Empty: not known.  ?: what may be answered.  .: leave the rest open.", err=True)
    for question in QUESTIONS:
        if question.pointer == "/stage" and given:
            continue
        answered = _answer(question, given)
        if answered is None:
            break
        given = answered
    if not given:
        expected = f"one of {', '.join(get_args(Stage))}"
        raise InvalidInput((FieldError("/stage", "the stage was not said", expected),))
    return given


def _answer(question: Question, given: dict[str, Any]) -> dict[str, Any] | None:
    """What is known with the answer to this question; None where the rest is left open."""
    while True:
        said = _line(f"{question.asks}?{' (several: with commas)' if question.several else ''} ")
        if said is None or said == LEAVE:
            return None
        if said == HELP:
            click.echo(f"  {explained(question.pointer)}", err=True)
        elif not said and question.pointer != "/stage":
            return given
        else:
            found = with_answer(given, question, said)
            problems = tuple(_wrong(found))
            if not problems:
                return found
            for each in problems:
                click.echo(f"  {each.detail}; expected {each.expected}", err=True)


def _line(prompt: str) -> str | None:
    """A line of standard input; None at its end."""
    click.echo(prompt, nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        click.echo(err=True)
        return None
    return line.strip()


def with_answer(given: dict[str, Any], question: Question, said: str) -> dict[str, Any]:
    """What is known, and what was said to the question."""
    *parts, last = question.pointer.split("/")[1:]
    value: Any = {"yes": True, "true": True, "no": False, "false": False}.get(said.lower(), said)
    if question.several:
        items = [part.strip().lower() for part in said.split(",") if part.strip()]
        value = items[0] if last == "stage" and len(items) == 1 else items
    elif last == "family":
        value = said.lower()
    elif last == "name":
        value = said
    found = dict(given)
    inner = found
    for part in parts:
        inner[part] = dict(inner.get(part, {}))
        inner = inner[part]
    inner[last] = value
    return found


def _wrong(given: dict[str, Any]) -> Iterator[FieldError]:
    try:
        Profile.model_validate(given)
    except ValidationError as error:
        yield from field_errors(error.errors())
