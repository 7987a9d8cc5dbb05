"""The command line as a process of its own, which ends with its command."""

from __future__ import annotations

import gc

#: So many more objects than were freed are made before the collector looks at the youngest.
PATIENCE = 200_000


def run() -> None:
    """Run the command line that this process was started with."""
    # What a short command loads and reads it needs to its end: looking there for what can be
    # thrown away, every 700 objects and once more at the end, takes a quarter of its time.
    gc.set_threshold(PATIENCE)
    from framework_advisor.cli.root import main

    try:
        main(prog_name="framework-advisor")
    finally:
        gc.freeze()
