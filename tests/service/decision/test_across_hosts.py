"""Several hosts: what is best on each, what one choice for all costs, and where it is quickest."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from framework_advisor import Profile
from framework_advisor.decision import decide
from framework_advisor.decision.across_hosts import UNMEASURED
from framework_advisor.decision.measurements import Measurements
from framework_advisor.profile import EvidenceChoice
from framework_advisor.recommendation import AcrossHosts
from framework_advisor.report.hosts import host_row, one_for_all
from worlds import everywhere, gate, measured, world

LEVELS = dict.fromkeys(("pytorch", "tensorflow", "keras", "jax"), "middling")
ASKED = Profile.model_validate(
    {
        "stage": "research",
        "workload": {"family": "cnn", "custom_research_code": False},
        "platform": {"accelerators": ["none"]},
        "targets": [],
        "team": {"skills": dict.fromkeys(LEVELS, 0.5)},
        "preferences": {"ranking": ["training_speed"]},
    }
)
#: Seconds of a step: torch is quicker on one host, JAX on the other.
SMALL = {"pytorch": 0.004, "tensorflow": 0.008, "jax": 0.016, "keras:jax": 0.032}
LARGE = {"pytorch": 0.008, "tensorflow": 0.004, "jax": 0.001, "keras:jax": 0.032}


def hosts(**seconds: dict[str, float]) -> Measurements:
    """Each host with a run of its own."""
    runs = {host: measured(times).probes[0] for host, times in seconds.items()}
    catalogue = measured(SMALL).catalogue
    return Measurements(
        probes=tuple(
            probe.model_copy(
                update={
                    "host": host,
                    "run": f"run_{host}",
                    "times": tuple(
                        time.model_copy(
                            update={
                                "id": f"{time.id}_{host}",
                                "ci95": (0.95 * time.seconds, 1.05 * time.seconds),
                            }
                        )
                        for time in probe.times
                        if time.seconds is not None
                    ),
                }
            )
            for host, probe in runs.items()
        ),
        catalogue=catalogue,
        hosts={host: f"the {host} one" for host in seconds},
    )


def across(measurements: Measurements) -> AcrossHosts:
    found = decide(ASKED, world(everywhere(LEVELS)), measurements, engine_version="test")
    assert found.across_hosts is not None
    return found.across_hosts


def test_each_host_is_judged_by_its_own_measurements() -> None:
    small, large = across(hosts(small=SMALL, large=LARGE)).hosts
    assert (small.host, small.framework, small.hardware) == ("small", "pytorch", "the small one")
    assert (large.host, large.framework) == ("large", "jax")
    assert small.probes == large.probes == ("cnn_train_step",)
    assert small.margin is not None
    assert small.margin > 0


def test_a_compromise_tells_what_each_host_loses() -> None:
    found = across(hosts(small=SMALL, large=LARGE))
    choices = {each.host: each for each in found.hosts}
    for each in found.compromises:
        assert each.largest_regret == max(each.regret.values())
        for host, lost in each.regret.items():
            assert lost >= 0
            assert (lost == 0) == (choices[host].framework == each.framework)
    regrets = [each.largest_regret for each in found.compromises]
    assert regrets == sorted(regrets)
    assert not found.compromises[0].serves_all
    assert one_for_all(found).startswith("No one serves all without a loss.")


def test_one_that_is_the_best_everywhere_serves_all() -> None:
    twice = {subject: 2 * seconds for subject, seconds in SMALL.items()}
    found = across(hosts(small=SMALL, slow=twice))
    assert found.compromises[0].framework == "pytorch"
    assert found.compromises[0].serves_all
    assert one_for_all(found) == "PyTorch serves all: it is the best on each of the 2 hosts."


def test_the_quickest_host_is_that_of_the_quickest_best_stack() -> None:
    found = across(hosts(small=SMALL, large=LARGE))
    small, large = found.hosts
    assert found.quickest == "large"
    assert large.relative_time == 1.0
    assert small.relative_time == pytest.approx(4.0)
    assert small.relative_time_ci95 is not None
    low, high = small.relative_time_ci95
    assert 3.6 < low < 4.0 < high < 4.4
    assert host_row(small)[-2].startswith("4.00 (")


def test_hosts_without_a_probe_in_common_are_not_compared_by_time() -> None:
    lone = hosts(small=SMALL, bare=LARGE)
    found = across(lone.model_copy(update={"probes": lone.probes[:1]}))
    assert found.quickest is None
    assert [each.relative_time for each in found.hosts] == [None, None]
    bare = found.hosts[1]
    assert bare.probes == ()
    assert host_row(bare)[-2:] == ("not known", "none that applies")


def test_a_host_that_is_named_and_was_never_measured_is_not_passed_over() -> None:
    asked = ASKED.model_copy(update={"evidence": EvidenceChoice(hosts=("small", "new"))})
    snapshot = world(everywhere(LEVELS))
    out = decide(asked, snapshot, hosts(small=SMALL), engine_version="test")
    assert out.across_hosts is not None
    assert [(e.host, e.hardware) for e in out.across_hosts.hosts] == [
        ("small", "the small one"),
        ("new", UNMEASURED),
    ]


def test_one_host_needs_no_comparison() -> None:
    out = decide(ASKED, world(everywhere(LEVELS)), hosts(small=SMALL), engine_version="test")
    assert out.across_hosts is None


def test_where_nothing_is_feasible_nothing_is_chosen() -> None:
    closed = gate("closed", dict.fromkeys(LEVELS, "fail"))
    snapshot = world(everywhere(LEVELS), gates=(closed,))
    out = decide(ASKED, snapshot, hosts(small=SMALL, large=LARGE), engine_version="test")
    assert out.across_hosts is not None
    assert [each.framework for each in out.across_hosts.hosts] == [None, None]
    assert one_for_all(out.across_hosts) == "No framework meets the requirements on every host."


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(1e-4, 1e-1), min_size=4, max_size=4))
def test_a_second_host_that_is_the_same_changes_no_choice(times: list[float]) -> None:
    seconds = dict(zip(SMALL, times, strict=True))
    first, second = across(hosts(one=seconds, two=seconds)).hosts
    assert (first.framework, first.value) == (second.framework, second.value)
    # Nobody can tell where the best stack was not measured.
    assert second.relative_time in (1.0, None)
