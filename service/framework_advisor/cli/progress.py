"""How far a probe run is, on standard error: a bar with the time left, or lines down a pipe."""

from __future__ import annotations

from contextlib import ExitStack

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from framework_advisor.cli.terminal import terminal
from framework_probes.results import Event, Started
from framework_probes.results import Progress as Done


class RunProgress(ExitStack):
    """Told of every event of a run; entered for as long as it goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._console = terminal(err=True)
        self._planned = 0

    def observe(self, event: Event) -> None:
        """Show what has become of the run."""
        if isinstance(event, Started):
            self._planned = event.planned
            if self._console.is_terminal:
                self._begin()
            else:
                self._console.print(f"measuring: {event.planned} results to come")
        elif isinstance(event, Done):
            if self._console.is_terminal:
                self._bar.update(self._task, completed=event.done, description=event.message)
            else:
                self._console.print(f"{event.done} of {self._planned}: {event.message}")

    def _begin(self) -> None:
        self._bar = self.enter_context(
            Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=None),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("left:"),
                TimeRemainingColumn(),
                console=self._console,
            )
        )
        self._task = self._bar.add_task("measuring", total=self._planned)
