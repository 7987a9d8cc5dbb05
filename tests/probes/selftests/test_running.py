"""Selftests by name, on both command lines, and busy loops that leave nothing behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from framework_advisor.cli import main
from framework_probes.host import usable_cores
from framework_probes.selftests import stress
from framework_probes.selftests.report import Report
from framework_probes.selftests.running import SELFTESTS, InvalidOption, Options, run
from framework_probes.serialization import from_line


def heard(_: str) -> None:
    """Nobody listens."""


def test_there_is_a_selftest_for_every_demand() -> None:
    assert set(SELFTESTS) == {
        "aa",
        "power",
        "coverage",
        "repro",
        "crosscheck",
        "clock",
        "faults",
        "overhead",
    }
    assert {name for name, each in SELFTESTS.items() if each.stressable} == {"aa", "power"}


@pytest.mark.parametrize(
    ("options", "named"),
    [(Options(stressed=True), "stress"), (Options(record=Path("x")), "record")],
)
def test_an_option_that_a_selftest_does_not_know_is_refused_before_it_runs(
    options: Options, named: str
) -> None:
    with pytest.raises(InvalidOption, match=named):
        run("clock", options, heard)


def test_both_command_lines_tell_the_same_report() -> None:
    ours = CliRunner().invoke(main, ["selftest", "clock", "--small", "--json"])
    done = subprocess.run(
        [sys.executable, "-m", "framework_probes", "selftest", "clock", "--small", "--json"],
        capture_output=True,
        text=True,
    )
    reports = [from_line(text, (Report,)) for text in (ours.stdout, done.stdout)]
    for report, code in zip(reports, (ours.exit_code, done.returncode), strict=True):
        assert (report.status == "passed") == (code == 0)
        assert all(figure.value is not None for figure in report.figures)
    assert [f.name for f in reports[0].figures] == [f.name for f in reports[1].figures]


def test_a_selftest_that_did_not_pass_exits_with_4(monkeypatch: pytest.MonkeyPatch) -> None:
    # Twenty blocks in which the parent may burn nothing at all: no machine meets that.
    monkeypatch.setattr("framework_probes.selftests.overhead.SHARE", 0.0)
    done = CliRunner().invoke(main, ["selftest", "overhead", "--small"])
    assert done.exit_code == 4
    assert "NOT MET" in done.stdout


def test_a_wrong_option_exits_with_2() -> None:
    done = CliRunner().invoke(main, ["selftest", "clock", "--stress"])
    assert done.exit_code == 2
    assert "--stress" in done.stderr
    assert done.stdout == ""


def test_busy_loops_run_on_every_core_and_end_with_the_stress() -> None:
    with stress.busy() as loops:
        assert loops == len(usable_cores())
        mine = _children()
        assert len(mine) >= loops
    assert not mine & _children()


def test_busy_loops_end_when_their_parent_is_killed() -> None:
    code = (
        "import os, signal\n"
        "from framework_probes.selftests import stress\n"
        "with stress.busy([0]):\n"
        "    print(open(f'/proc/self/task/{os.getpid()}/children').read(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    loop = int(parent.stdout.readline())
    try:
        ended = os.pidfd_open(loop)
    except ProcessLookupError:
        return  # It was quicker than we were.
    finally:
        parent.wait()
        parent.stdout.close()
    import select

    assert select.select([ended], [], [], 60.0)[0]
    os.close(ended)


def test_a_kept_report_is_what_the_docs_are_made_of() -> None:
    folder = Path(__file__).parents[3] / "docs" / "measured" / "selftests"
    for path in folder.glob("*.json"):
        report = from_line(path.read_text(encoding="utf-8"), (Report,))
        assert report.selftest.replace(" --", "-") == path.stem
        assert json.loads(path.read_text(encoding="utf-8"))["event"] == "report"


def _children() -> set[int]:
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {int(number) for number in text.split()}
