"""Arm's Vela: an int8 LiteRT file compiled for the Ethos-U, which no host has."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

from framework_probes.deployment.artefacts import Artefact, Making


def export(making: Making) -> Artefact:
    """For ``accelerator``; what the compiler reports and estimates is told as notes."""
    if making.before is None:
        raise ValueError("it compiles what an exporter before it wrote")
    folder, before = making.before
    accelerator = making.options.get("accelerator", "ethos-u55-128")
    with tempfile.TemporaryDirectory() as made:
        command = [sys.executable, "-m", "ethosu.vela", f"--accelerator-config={accelerator}"]
        command += ["--output-dir", made, str(folder / "model.tflite")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        if done.returncode:
            raise RuntimeError(f"Vela ended with {done.returncode}: {said[-1] if said else ''}")
        compiled = next(Path(made).glob("*_vela.tflite"))
        (making.folder / "model.tflite").write_bytes(compiled.read_bytes())
        notes = (*_placed(said), *_estimated(Path(made)))
    return Artefact(channels_first=before.channels_first, notes=(f"for {accelerator}", *notes))


def _placed(said: list[str]) -> list[str]:
    return [line for line in said if line.startswith(("CPU operators", "NPU operators"))]


def _estimated(folder: Path) -> list[str]:
    """Of the summary that the compiler writes: its estimates, nothing that was measured."""
    for path in folder.glob("*_summary_*.csv"):
        with path.open(newline="") as file:
            row = next(csv.DictReader(file), {})
        wanted = ("inference_time", "sram_memory_used", "off_chip_flash_memory_used")
        return [f"Vela estimates {name} {row[name]}" for name in wanted if row.get(name)]
    return []
