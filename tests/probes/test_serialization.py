"""Events survive the way over a pipe, and broken lines are told what is wrong with them."""

import json
from dataclasses import asdict, replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from framework_probes import protocol
from framework_probes.results import (
    Block,
    Contender,
    Event,
    Outcome,
    Progress,
    Result,
    Time,
)
from framework_probes.serialization import (
    EVENTS,
    MalformedLine,
    event_from_line,
    from_line,
    to_line,
    with_id,
)

PROGRESS = Progress(1, 2, "matmul: round 3 of 8 to 20 · ok")
RESULT = Result(
    id="",
    run="run_1",
    host="host_1",
    environment="",
    probe="matmul",
    shape="2x2",
    dtype="float32",
    layout="",
    device="cpu",
    contender=Contender("keras", "jax", "compiled"),
    compiler=None,
    outcome="not_installed",
    reason="no module named keras",
)

# Text without surrogates, floats that JSON can say: what the dataclasses may hold.
st.register_type_strategy(str, st.text(st.characters(codec="utf-8"), max_size=20))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
any_event = st.one_of(*[st.from_type(kind) for kind in EVENTS])
any_message = st.one_of(*[st.from_type(k) for k in (*protocol.COMMANDS, *protocol.REPLIES)])


@given(any_event)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    line = to_line(event)
    assert "\n" not in line
    assert event_from_line(line) == event


@given(any_message)
def test_a_command_and_a_reply_come_back_as_they_were(message: object) -> None:
    kinds = (*protocol.COMMANDS, *protocol.REPLIES)
    assert from_line(to_line(message), kinds) == message


def test_a_line_says_which_event_it_is() -> None:
    assert json.loads(to_line(PROGRESS))["event"] == "progress"
    assert {kind.__name__ for kind in EVENTS} == {kind.__name__ for kind in get_args(Event)}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"event": "surprise"}, "event: 'surprise', expected one of environment, pair"),
        ({"done": "1"}, "progress.done: '1', expected int"),
        ({"done": True}, "progress.done: True, expected int"),
        ({"done": None}, "progress.done: None, expected int"),
        ({"extra": 1}, "progress.extra: unknown field of Progress"),
    ],
)
def test_a_malformed_field_is_named(change: dict[str, object], complaint: str) -> None:
    line = json.dumps(json.loads(to_line(PROGRESS)) | change)
    with pytest.raises(MalformedLine) as caught:
        event_from_line(line)
    assert complaint in str(caught.value)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(MalformedLine, match="message"):
        event_from_line('{"event": "progress", "done": 1, "planned": 2}')


@pytest.mark.parametrize("line", ["", "{", "[]", "3", "null", '{"event": 3}'])
def test_what_is_no_event_is_malformed(line: str) -> None:
    with pytest.raises(MalformedLine):
        event_from_line(line)


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (("contender", "tier"), "fast", "result.contender.tier: 'fast'"),
        (("contender",), None, "result.contender: None, expected Contender"),
        (("outcome",), "fine", "result.outcome: 'fine'"),
        (("blocks",), {}, "result.blocks: {}"),
        (("blocks",), [[1]], "result.blocks.0: [1], expected Block"),
    ],
)
def test_a_malformed_part_is_named_by_its_path(
    path: tuple[str, ...], value: object, complaint: str
) -> None:
    content = json.loads(to_line(RESULT))
    place = content
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(MalformedLine) as caught:
        event_from_line(json.dumps(content))
    assert complaint in str(caught.value)


def test_an_interval_has_two_ends() -> None:
    time = Time("median", 1.0, (0.9, 1.1), 8, 1)
    content = json.loads(to_line(replace(RESULT, time=time)))
    content["time"]["ci95"] = [0.9, 1.0, 1.1]
    with pytest.raises(MalformedLine, match=r"result\.time\.ci95"):
        event_from_line(json.dumps(content))


def test_a_number_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_line(Block(1, 1, float("nan"), 1.0, 1.0))


def test_an_id_is_made_of_the_content() -> None:
    first, again = with_id("res", RESULT), with_id("res", replace(RESULT, id="other"))
    assert first == again
    assert first.id.startswith("res_")
    assert len(first.id) == len("res_") + 16
    assert with_id("res", replace(RESULT, run="run_2")).id != first.id


def test_every_outcome_travels() -> None:
    for outcome in get_args(Outcome):
        changed = replace(RESULT, outcome=outcome)
        assert event_from_line(to_line(changed)) == changed


def test_every_field_travels() -> None:
    assert json.loads(to_line(RESULT)).keys() == asdict(RESULT).keys() | {"event"}
