"""The form for a profile as it is shown: questions, what was answered, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from framework_advisor.errors import FieldError
from framework_advisor.web.views.fields import Kind, ProfileField
from framework_advisor.web.views.questions import GROUPS, Group, Question, worded
from framework_advisor.web.views.sending import FIELDS, NOWHERE, Sent, one

#: How many places of a ranking are asked for.
RANKS = 5


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Input:
    """One place where something is typed or chosen; ``label`` where a question has several."""

    name: str
    id: str
    label: str
    value: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was answered and what is wrong with it.

    ``first``: of all that are wrong; ``nowhere``: of targets, that there are to be none.
    """

    question: Question
    kind: Kind
    inputs: tuple[Input, ...]
    errors: tuple[FieldError, ...]
    first: bool
    nowhere: bool = False

    @property
    def id(self) -> str:
        """Of the question as a whole."""
        return id_of(self.question.pointer)


@dataclass(frozen=True, slots=True)
class Section:
    """A group with its questions; ``answered`` of them, and open where something is wrong."""

    group: Group
    asked: tuple[Asked, ...]
    answered: int
    open: bool


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form. ``elsewhere``: errors that are no question's."""

    sections: tuple[Section, ...]
    elsewhere: tuple[FieldError, ...]

    @property
    def wrong(self) -> tuple[Asked, ...]:
        """The questions with errors, in order."""
        return tuple(q for section in self.sections for q in section.asked if q.errors)


def id_of(name: str) -> str:
    """The id of the element for a name of the form."""
    return "q" + name.replace("/", "-")


def form(sent: Sent, errors: Iterable[FieldError] = ()) -> Form:
    """The form as it is shown with what was sent, or filled in, and what is wrong with it."""
    listed = tuple(errors)
    first = [True]

    def asked(question: Question) -> Asked:
        own = tuple(e for e in listed if _is_of(e.pointer, question.pointer))
        field = FIELDS[question.pointer]
        begins = bool(own) and first[0]
        first[0] = first[0] and not own
        nowhere = one(sent, question.pointer) == NOWHERE
        return Asked(question, field.kind, _inputs(field, sent), own, begins, nowhere)

    sections = tuple(_section(group, tuple(map(asked, group.questions)), sent) for group in GROUPS)
    placed = {e for section in sections for q in section.asked for e in q.errors}
    return Form(sections, tuple(e for e in listed if e not in placed))


def _section(group: Group, asked: tuple[Asked, ...], sent: Sent) -> Section:
    answered = sum(
        any(_is_of(name, q.question.pointer) and any(values) for name, values in sent.items())
        for q in asked
    )
    return Section(group, asked, answered, open=any(q.errors for q in asked))


def _is_of(pointer: str, question: str) -> bool:
    return pointer == question or pointer.startswith(f"{question}/")


def _inputs(field: ProfileField, sent: Sent) -> tuple[Input, ...]:
    at = field.pointer
    if field.kind in ("several", "one", "yes_no"):
        names = ("true", "false") if field.kind == "yes_no" else field.options
        label = {"true": "Yes", "false": "No"}
        options = tuple(
            Option(name, label.get(name) or worded(name), name in sent.get(at, ()))
            for name in names
        )
        return (Input(at, id_of(at), "", options=options),)
    if field.kind == "wishes":
        return tuple(_wish(f"{at}/{name}", name, sent) for name in field.options)
    if field.kind == "order":
        given = sum(one(sent, f"{at}/{place}") != "" for place in range(len(field.options)))
        places = range(max(RANKS, given))
        return tuple(_rank(f"{at}/{place}", place, field, sent) for place in places)
    if field.kind == "pairs":
        return tuple(_typed(f"{at}/{name}", worded(name), sent) for name in field.options)
    if field.kind == "triple":
        parts = ("Height", "Width", "Channels")
        return tuple(_typed(f"{at}/{place}", part, sent) for place, part in enumerate(parts))
    return (_typed(at, "", sent),)


def _typed(name: str, label: str, sent: Sent) -> Input:
    return Input(name, id_of(name), label, value=one(sent, name))


def _wish(name: str, target: str, sent: Sent) -> Input:
    levels = (("", "No"), ("wish", "Wish"), ("required", "Must"))
    said = one(sent, name)
    options = tuple(Option(value, label, value == said) for value, label in levels)
    return Input(name, id_of(name), worded(target), options=options)


def _rank(name: str, place: int, field: ProfileField, sent: Sent) -> Input:
    said = one(sent, name)
    options = tuple(Option(each, worded(each), each == said) for each in field.options)
    return Input(name, id_of(name), f"{place + 1}.", options=options)
