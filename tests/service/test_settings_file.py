"""Settings in a file: known to all who read the environment, which wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from framework_advisor.errors import InvalidInput
from framework_advisor.settings_file import VARIABLE, apply_settings_file
from processes import Server, advisor, environment


def test_the_file_is_laid_below_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text(
        "# Where the team measures.\nFRAMEWORK_ADVISOR_PORT=8001\n"
        "FRAMEWORK_ADVISOR_API_KEYS='a$b-1234567890123456'\nFRAMEWORK_ADVISOR_PYTHON_JAX=/opt/jax\n"
    )
    variables = {VARIABLE: str(file), "FRAMEWORK_ADVISOR_PORT": "9000"}
    apply_settings_file(variables)
    assert variables == {
        VARIABLE: str(file),
        "FRAMEWORK_ADVISOR_PORT": "9000",
        "FRAMEWORK_ADVISOR_API_KEYS": "a$b-1234567890123456",
        "FRAMEWORK_ADVISOR_PYTHON_JAX": "/opt/jax",
    }


def test_without_a_file_nothing_changes() -> None:
    variables = {"HOME": "/root"}
    apply_settings_file(variables)
    assert variables == {"HOME": "/root"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there is no file"),
        (b"PORT=1", "holds PORT"),
        (b"FRAMEWORK_ADVISOR_PORT", "holds FRAMEWORK_ADVISOR_PORT"),
        (b"FRAMEWORK_ADVISOR_HOST=\xff", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "settings.env"
    if content is not None:
        file.write_bytes(content)
    variables = {VARIABLE: str(file)}
    with pytest.raises(InvalidInput) as caught:
        apply_settings_file(variables)
    (error,) = caught.value.errors
    assert error.pointer == VARIABLE
    assert told in error.detail
    assert variables == {VARIABLE: str(file)}


def test_a_server_is_set_up_by_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.env"
    file.write_text("FRAMEWORK_ADVISOR_MAX_BODY_BYTES=20\n")
    monkeypatch.setenv(VARIABLE, str(file))
    assert environment(tmp_path)[VARIABLE] == str(file)
    with Server(tmp_path) as server:
        asked = server.client.post("/v1/recommendations", json={"stage": "research", "name": "x"})
    assert asked.status_code == 413
    file.write_text("FRAMEWORK_ADVISOR_PORT=none\n")
    with advisor("serve", "--check", data_dir=tmp_path) as check:
        _, complaint = check.communicate(timeout=60)
    assert check.returncode == 2
    assert "FRAMEWORK_ADVISOR_PORT" in complaint
