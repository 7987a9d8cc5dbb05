"""Ratios that others have published beside those of the kept runs, and the article's on speed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from framework_knowledge import Knowledge
from framework_knowledge.models import Checked
from framework_knowledge.published_ratios import PublishedRatio, published_ratios
from framework_probes.results import Pair
from pages.markdown import header, row
from pages.measured import KeptRun, conditions, ratios

#: Statements of the article on speed that the kept runs speak of, by number; then those of GPUs and
#: TPUs, of which they do not.
ON_GRAPHS, ON_DEVICES = (31, 32), (39, 40)
STATE = "pyhpc_state_large"


def published(knowledge: Knowledge, runs: Sequence[KeptRun]) -> Iterator[str]:
    """The page. Of a probe that several runs hold, the first run speaks."""
    pairs = [pair for run in runs for pair in run.pairs]
    yield from ("# Published ratios beside ours", "")
    yield (
        "Time of b over time of a, both compiled: above 1, a is faster. What others measured, "
        "beside the probe nearest to it here, on another machine, with other models and versions: "
        "what can agree is the side on which a ratio lies, not its size. Where no probe is near, "
        "none stands beside it."
    )
    for run, folder in zip(runs, ("measured", "measured/published"), strict=True):
        yield from ("", f"Ours: {conditions(run).replace('(../measured/', f'({folder}/')}")
    sources = {each.id: each for each in knowledge.sources}
    for source, of in groupby(published_ratios(), key=lambda each: each.source):
        listed = list(of)
        yield from ("", f"## {sources[source].title}", "")
        yield f"{listed[0].where}; {listed[0].software}. [{source}](sources.md)"
        yield ""
        yield from header("what", "a", "b", "published", "ours (95%)", "probe", "same side")
        yield from (_row(each, _beside(each, pairs)) for each in listed)
    yield from ("", "## Does the equation of state reproduce the published sign?", "")
    yield from _state(pairs)
    yield from ("", '## <a id="article"></a>What the article says of speed', "")
    yield from _article(knowledge, runs)


def _beside(said: PublishedRatio, pairs: Sequence[Pair]) -> Pair | None:
    """The pair of the same two on the nearest probe, turned so that a and b are theirs."""
    for pair in pairs:
        usual = pair.a.variant is None and pair.b.variant is None
        if pair.probe == said.beside and usual and pair.a.tier == pair.b.tier == "compiled":
            if (pair.a.subject, pair.b.subject) == (said.a, said.b):
                return pair
            if (pair.b.subject, pair.a.subject) == (said.a, said.b):
                return _turned(pair)
    return None


def _turned(pair: Pair) -> Pair:
    return Pair(
        run=pair.run,
        host=pair.host,
        probe=pair.probe,
        dtype=pair.dtype,
        device=pair.device,
        a=pair.b,
        b=pair.a,
        ratio=1 / pair.ratio,
        ci95=(1 / pair.ci95[1], 1 / pair.ci95[0]),
        verdict={"faster": "slower", "slower": "faster"}.get(pair.verdict, pair.verdict),  # type: ignore[arg-type]
        rounds=pair.rounds,
        replicates=pair.replicates,
        spread=pair.spread,
    )


def _row(said: PublishedRatio, ours: Pair | None) -> str:
    if ours is None:
        return row(said.what, said.a, said.b, f"{said.ratio:.2f}", "–", "no probe is near", "–")
    low, high = ours.ci95
    return row(
        said.what,
        said.a,
        said.b,
        f"{said.ratio:.2f}",
        f"{ours.ratio:.2f} ({low:.2f} to {high:.2f})",
        ours.probe,
        _side(said, ours),
    )


def _side(said: PublishedRatio, ours: Pair) -> str:
    if ours.verdict not in ("faster", "slower"):
        return "ours is not told apart"
    if 1 / 1.03 <= said.ratio <= 1.03:
        return "theirs is about 1"
    return "yes" if (said.ratio > 1) == (ours.verdict == "faster") else "no"


def _state(pairs: Sequence[Pair]) -> Iterator[str]:
    said = next(each for each in published_ratios() if each.id == STATE)
    ours = _beside(said, pairs)
    if ours is None:
        yield "Not known: no kept run has JAX and PyTorch compiled on it."
        return
    low, high = ours.ci95
    answer = {"yes": "Yes", "no": "No"}.get(_side(said, ours), "Not told")
    yield (
        f"{answer}. JAX takes {ours.ratio:.2f} ({low:.2f} to {high:.2f}) times as long as compiled "
        f"PyTorch here, {said.ratio:.2f} times there. Theirs is a longer formula (48 terms and the "
        "derivative of enthalpy, against EOS-80's density), compiled by TorchScript; ours by "
        "torch.compile, on 262,144 points. It is a matter of the compiler, not of the framework:"
    )
    yield ""
    yield from _of_page(
        pair
        for pair in pairs
        if pair.probe == said.beside and {pair.a.subject, pair.b.subject} <= {"pytorch", "jax"}
    )
    yield ""
    yield (
        "Eager PyTorch goes through memory for each of the 84 operations; in 2019, with PyTorch "
        "1.2, the same suite has JAX at 0.09 of PyTorch's time on 4,194,304 points. "
        "[S204](sources.md)"
    )


def _article(knowledge: Knowledge, runs: Sequence[KeptRun]) -> Iterator[str]:
    said: dict[int, Checked] = {c.number: c for c in knowledge.cells if c.number is not None}
    said |= {remark.number: remark for remark in knowledge.remarks if remark.number is not None}
    for number in ON_GRAPHS:
        yield f"- {number}: {said[number].claim} **{said[number].standing}**: {said[number].today}"
    yield from ("", "Each subject compiled (a graph) against eager, measured here:", "")
    yield from _of_page(
        pair
        for run in runs
        for pair in run.pairs
        if pair.a.subject == pair.b.subject and pair.a.tier != pair.b.tier
    )
    yield ""
    for number in ON_DEVICES:
        yield f"- {number}: {said[number].claim} **{said[number].standing}**: {said[number].today}"
    yield ""
    yield (
        "Of GPUs and TPUs nothing stands beside these here: the kept runs are of processors. The "
        "same probes run on a GPU, and their run [travels](exchange.md)."
    )


def _of_page(pairs: Iterator[Pair]) -> Iterator[str]:
    return (line.replace("(../", "(") for line in ratios(pairs))
