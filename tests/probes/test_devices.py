"""Kinds of device: what is there, who reaches it, and one error where it is not."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from framework_probes import devices, process
from framework_probes.planning import plan
from framework_probes.results import Framework, RunRequest
from framework_probes.seats import Setup
from framework_probes.session import InvalidRequest, execute


def written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "kind", "names"),
    [
        (
            {"proc/driver/nvidia/gpus/0000:01:00.0/information": "Model: \t\t NVIDIA H100\n"},
            "cuda",
            ("NVIDIA H100",),
        ),
        ({"dev/nvidia0": "", "dev/nvidia1": "", "dev/nvidiactl": ""}, "cuda", ("NVIDIA GPU",) * 2),
        (
            {
                "dev/kfd": "",
                "sys/class/kfd/kfd/topology/nodes/0/properties": "cpu_cores_count 64\nsimd_count 0",
                "sys/class/kfd/kfd/topology/nodes/1/properties": (
                    "cpu_cores_count 0\nsimd_count 1216\ngfx_target_version 90402\n"
                ),
            },
            "rocm",
            ("AMD GPU 90402",),
        ),
        (
            {
                "sys/bus/pci/devices/0/vendor": "0x1ae0\n",
                "sys/bus/pci/devices/0/device": "0x0063\n",
                # Google's network card, which is in every machine that it lends.
                "sys/bus/pci/devices/1/vendor": "0x1ae0\n",
                "sys/bus/pci/devices/1/device": "0x0042\n",
            },
            "tpu",
            ("Google TPU v5e",),
        ),
        ({"sys/class/drm/renderD128/device/vendor": "0x8086\n"}, "xpu", ("Intel GPU",)),
    ],
)
def test_a_driver_tells_what_is_there(
    tmp_path: Path, files: dict[str, str], kind: str, names: tuple[str, ...]
) -> None:
    root = written(tmp_path, files)
    assert devices.here(root) == {"cpu": ("cpu",), kind: names}
    assert devices.absent(kind, root) is None


def test_an_apple_gpu_is_part_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "mps" not in devices.here(tmp_path)
    monkeypatch.setattr(devices.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(devices.platform, "machine", lambda: "arm64")
    assert devices.here(tmp_path)["mps"] == ("Apple GPU",)


def test_a_device_that_is_not_there_is_refused_and_what_is_there_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "here", lambda root=devices.ROOT: {"cpu": ("cpu",)})
    with pytest.raises(InvalidRequest) as caught:
        execute(RunRequest("run_1", device="cuda"))
    assert str(caught.value) == (
        "device: 'cuda', expected one of cpu on this host: no driver of any NVIDIA GPU was found"
    )


def test_on_a_device_the_suite_has_the_dtypes_that_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "absent", lambda device: None)

    def dtypes(device: str) -> set[str]:
        request = RunRequest("run_1", suite="full", device=device)
        return {probe.dtype for probe in plan(request, Setup()).probes}

    assert "tf32" in dtypes("cuda")
    assert "tf32" not in dtypes("rocm") | dtypes("cpu")
    assert "float64" in dtypes("cpu")
    assert "float64" not in dtypes("mps")


@pytest.mark.parametrize("device", devices.KINDS)
def test_somebody_reaches_every_device(device: str) -> None:
    frameworks = set(devices.KINDS[device].by)
    assert frameworks <= set(get_args(Framework))
    assert any(devices.reached(name, None, device) for name in frameworks)


def test_keras_reaches_what_its_back_end_reaches() -> None:
    assert devices.reached("keras", "pytorch", "mps")
    assert not devices.reached("keras", "jax", "mps")
    assert not devices.reached("tensorflow", None, "mps")


def test_waiting_workers_leave_the_memory_of_a_gpu_to_others() -> None:
    for device in ("cuda", "rocm"):
        found = process.settings(1, device)
        assert found["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
        assert found["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"


def test_a_worker_gets_one_gpu_the_first_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert process.settings(1, "cuda")["CUDA_VISIBLE_DEVICES"] == "0"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-7a,GPU-7b")
    assert process.settings(1, "cuda")["CUDA_VISIBLE_DEVICES"] == "GPU-7a"
    assert process.settings(1, "cpu")["CUDA_VISIBLE_DEVICES"] == "-1"


def test_a_worker_on_a_tpu_knows_which_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPU_WORKER_ID", "0")
    assert process.settings(1, "tpu")["TPU_WORKER_ID"] == "0"
    assert "TPU_WORKER_ID" not in process.settings(1, "cpu")


def test_settings_of_the_processor_stay_as_they_were() -> None:
    found = devices.settings("cpu")
    assert found == {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
