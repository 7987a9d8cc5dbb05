"""Figures and names as a person reads them; the filters of the templates."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from framework_advisor.report import TITLES
from framework_advisor.web.views.questions import GROUPS, worded

_LABELS = {q.pointer: q.label for group in GROUPS for q in group.questions}
_IDS = re.compile(rf"\b({'|'.join(TITLES)})\b")
_TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_SIZES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def framework(name: str | None) -> str:
    """``keras:jax`` is Keras on JAX."""
    if name is None:
        return "none"
    api, _, backend = name.partition(":")
    title = TITLES.get(api, api)
    return f"{title} on {TITLES.get(backend, backend)}" if backend else title


def sentence(text: str) -> str:
    """Text of an answer as a sentence, with frameworks under their own names."""
    named = _IDS.sub(lambda found: TITLES[found[0]], text)
    return f"{named[0].upper()}{named[1:].rstrip('.')}."


def plain(name: str) -> str:
    """A name of the contract without its underscores."""
    return name.replace("_", " ")


def share(figure: float) -> str:
    """A probability as so many in a hundred; never more certain than it is."""
    if 0 < figure < 0.01:
        return "< 1%"
    if 0.99 < figure < 1:
        return "> 99%"
    return f"{figure:.0%}"


def seconds(figure: float | None) -> str:
    """A duration with a unit that suits it, three digits."""
    if figure is None:
        return "–"
    for unit, name in _TIMES:
        if figure >= unit:
            return f"{_digits(figure / unit)} {name}"
    return f"{_digits(figure / 1e-9)} ns" if figure else "0 s"


def lasting(figure: float) -> str:
    """How long something takes, as one says it."""
    if figure < 90:
        return f"{figure:.0f} s"
    return f"{figure / 60:.0f} min" if figure < 5400 else f"{figure / 3600:.1f} h"


def large(figure: float) -> str:
    """A large figure with its prefix: 3.2 G."""
    for unit, name in _SIZES:
        if figure >= unit:
            return f"{_digits(figure / unit)} {name}"
    return _digits(figure)


def moment(at: datetime | None) -> str:
    """A moment to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "–"


def label(pointer: str) -> str:
    """The question that a field of the profile is asked by."""
    return _LABELS.get(pointer, pointer)


def _digits(figure: float) -> str:
    """Three significant digits, without an exponent."""
    places = 2 - math.floor(math.log10(abs(figure))) if figure else 0
    return f"{figure:.{max(0, places)}f}"


FILTERS: dict[str, Callable[..., Any]] = {
    "framework": framework,
    "plain": plain,
    "worded": worded,
    "sentence": sentence,
    "share": share,
    "seconds": seconds,
    "lasting": lasting,
    "large": large,
    "moment": moment,
    "label": label,
}
