"""What the kernel tells of a machine; what it does not tell is unknown."""

from pathlib import Path

import pytest

from framework_probes import host
from framework_probes.hardware import hardware
from framework_probes.results import Hardware


def written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_what_nobody_tells_is_unknown(tmp_path: Path) -> None:
    assert hardware(tmp_path) == Hardware()


def test_the_processor_its_caches_and_drivers_are_read(tmp_path: Path) -> None:
    cache = "sys/devices/system/cpu/cpu0/cache"
    found = hardware(
        written(
            tmp_path,
            {
                "proc/cpuinfo": "processor\t: 0\nmicrocode\t: 0x2b\n"
                "flags\t\t: fpu avx2 amx_tile hypervisor avx512f\n\n"
                "processor\t: 1\nmicrocode : 0x1\n",
                f"{cache}/index0/level": "1\n",
                f"{cache}/index0/type": "Data\n",
                f"{cache}/index0/size": "48K\n",
                f"{cache}/index3/level": "3\n",
                f"{cache}/index3/type": "Unified\n",
                f"{cache}/index3/size": "32768K\n",
                "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
                "sys/class/dmi/id/sys_vendor": "QEMU\n",
                "proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX Open Kernel Module for "
                "x86_64  580.95.05  Release Build\nGCC version:  gcc version 12\n",
            },
        )
    )
    assert found.microcode == "0x2b"
    assert found.features == ("avx2", "avx512f", "amx_tile")
    assert found.caches == {"L1d": 48 << 10, "L3": 32 << 20}
    assert (found.governor, found.virtualisation) == ("performance", "virtual machine (QEMU)")
    assert found.drivers == {"nvidia": "580.95.05"}


@pytest.mark.parametrize(
    "files",
    [
        {
            "proc/self/cgroup": "0::/slice/unit\n",
            "sys/fs/cgroup/slice/unit/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/slice/unit/memory.max": "4294967296\n",
            "sys/fs/cgroup/slice/unit/cpuset.cpus.effective": "0-3\n",
        },
        {
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "4294967296\n",
            "sys/fs/cgroup/cpuset/cpuset.effective_cpus": "0-3\n",
        },
    ],
)
def test_limits_are_read_of_both_kinds_of_control_group(
    tmp_path: Path, files: dict[str, str]
) -> None:
    found = hardware(written(tmp_path, files))
    assert (found.cpu_quota, found.memory_limit_bytes, found.cpuset) == (1.5, 4 << 30, "0-3")


def test_no_limit_is_none(tmp_path: Path) -> None:
    files = {
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    }
    found = hardware(written(tmp_path, files))
    assert (found.cpu_quota, found.memory_limit_bytes) == (None, None)


def test_the_id_is_of_the_make_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    here = host.fingerprint()
    assert here.hardware == hardware()
    monkeypatch.setattr(host.hardware, "hardware", lambda: Hardware(microcode="another"))
    changed = host.fingerprint()
    assert changed.hardware != here.hardware
    assert changed.id == here.id


def test_kinds_that_are_younger_than_the_id_change_none(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = {"cpu": ("cpu",)}
    monkeypatch.setattr(host.devices, "here", lambda: plain)
    here = host.fingerprint().id
    monkeypatch.setattr(host.devices, "here", lambda: plain | {"xpu": ("Intel GPU",)})
    assert host.fingerprint().accelerators == ("Intel GPU",)
    assert host.fingerprint().id == here
    monkeypatch.setattr(host.devices, "here", lambda: plain | {"tpu": ("Google TPU v5e",)})
    assert host.fingerprint().id != here
