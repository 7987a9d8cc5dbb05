"""Stands in for the probes' process: takes their arguments, sends real events, then misbehaves.

Run as a program: SCENARIO SUPERVISOR run --run ID … --events-fd N.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time

import measuring
from framework_probes.results import Progress, Started
from framework_probes.serialization import to_line


def main() -> None:
    """Play the scenario named first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario")
    parser.add_argument("supervisor", type=int)
    parser.add_argument("command")
    parser.add_argument("--run")
    parser.add_argument("--events-fd", type=int)
    asked, _ = parser.parse_known_args()
    if asked.scenario == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with os.fdopen(asked.events_fd, "w") as events:

        def send(event: object) -> None:
            events.write(to_line(event) + "\n")
            events.flush()

        send(Started(measuring.HOST, measuring.PEAKS, 3))
        send(measuring.ENVIRONMENT)
        if asked.scenario != "nothing ok":
            send(measuring.result(asked.run))
            send(measuring.pair(asked.run))
            send(Progress(1, 3, "matmul is done"))
        play(asked.scenario, asked.run, send, events)


def play(scenario: str, run: str, send: object, events: object) -> None:
    """What comes after the first result."""
    if scenario in ("waits", "stubborn"):
        time.sleep(600)
    elif scenario == "ends well":
        send(measuring.result(run, "dispatch", outcome="not_installed"))
    elif scenario in ("a probe failed", "nothing ok"):
        send(measuring.result(run, "dispatch", outcome="timeout"))
        sys.exit(4)
    elif scenario == "breaks":
        if request := os.environ.get("FRAMEWORK_ADVISOR_REQUEST_ID"):
            sys.stderr.write(f"asked for by {request}\n")
        sys.stderr.write("first words\nno room left\n")
        sys.exit(1)
    elif scenario == "killed":
        events.write('{"event": "result", "id"')
        events.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    elif scenario == "talks nonsense":
        events.write('{"event": "riddle"}\n')
        events.flush()
        time.sleep(600)
    elif scenario == "closes and stays":
        events.close()
        time.sleep(600)


if __name__ == "__main__":
    main()
