"""The service as a process of its own, with a stand-in for the probes: no run measures anything.

Run as a program: PORT [SCENARIO]; 0 is any free one.
"""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from framework_advisor.api.logs import configure_logging
from framework_advisor.app import create_app
from framework_advisor.cli.serve import _listening, _run
from framework_advisor.runs.process import ProbeProcess
from framework_advisor.settings import load_settings

SCRIPT = Path(__file__).parents[1] / "runs" / "scripted_probes.py"


def main() -> None:
    """Serve until ended."""
    settings = load_settings({"port": int(sys.argv[1])})
    configure_logging(settings.log_format, settings.log_level)
    app = create_app(settings)
    program = (sys.executable, str(SCRIPT), (sys.argv[2:] or ["ends well"])[0])
    app.state.services.queue._probes = functools.partial(ProbeProcess, program=program)
    with _listening(settings.host, settings.port) as listener:
        _run(app, listener, keyed=settings.keys_required, connections=1000)


if __name__ == "__main__":
    main()
