"""The commands by name: what each does in a line, and the module that is loaded once it is used."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import cast

import rich_click as click


@dataclass(frozen=True, slots=True)
class Entry:
    """A command before it is loaded. ``help`` is the first sentence of its own."""

    name: str
    help: str
    module: str
    #: Its name in that module, where that is another than its own.
    attribute: str | None = None

    def load(self) -> click.Command:
        """The command itself, with all that it imports."""
        module = import_module(f"framework_advisor.cli.{self.module}")
        return cast("click.Command", getattr(module, self.attribute or self.name))


#: Commands under the headings of the help, in its order.
PANELS: dict[str, tuple[Entry, ...]] = {
    "Decide": (
        Entry("init", "Write a profile into FILE, from a few questions.", "init"),
        Entry("recommend", "Recommend a framework for PROFILE.", "recommend"),
        Entry(
            "replay",
            "Decide RECOMMENDATION, or all that are stored, again; keeps nothing and changes "
            "nothing.",
            "replay",
        ),
        Entry(
            "recommendation",
            "List, show and delete recommendations that are kept here.",
            "recommendation",
        ),
        Entry(
            "record",
            "Write the decision record of RECOMMENDATION, which is stored here, or of a profile.",
            "record",
        ),
        Entry(
            "start",
            "Write a minimal project for the stack of RECOMMENDATION into DIR.",
            "start",
        ),
    ),
    "Measure": (
        Entry("probe", "Measure this host.", "probe"),
        Entry(
            "deployment",
            "Show which export runs where, as each was tried last.",
            "deployment",
        ),
        Entry("hosts", "List the hosts that probes ran on, the latest first.", "hosts"),
        Entry("host", "Describe this host: devices, frameworks installed, peaks measured.", "host"),
        Entry(
            "selftest",
            "Run one selftest: figures, what is demanded of them, and whether that is met.",
            "selftest",
        ),
    ),
    "Know": (
        Entry("knowledge", "Read and check what the advisor knows.", "knowledge"),
        Entry(
            "evaluate",
            "Ask about real projects as of their day, and count how often the pick was theirs.",
            "evaluate",
        ),
    ),
    "Operate": (
        Entry("serve", "Serve HTTP until Ctrl-C.", "serve"),
        Entry("completion", "Print what makes SHELL complete commands and options.", "completion"),
        Entry("key", "Make, list and revoke API keys.", "key"),
        Entry(
            "forget",
            "Forget recommendations and ended probe runs by their age, for good.",
            "forget",
        ),
    ),
}


class Stub(click.RichCommand):
    """A command that is known by its line of help and is loaded when it is used."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(name=entry.name, help=entry.help, short_help=entry.help)
        self.entry = entry
