"""Ratios that others have published: each with a source that is known and a probe that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from framework_knowledge import KnowledgeError, load
from framework_knowledge.published_ratios import published_ratios
from framework_probes.catalogue import CATALOGUE


def test_each_has_its_source_and_a_probe_of_the_catalogue() -> None:
    found = published_ratios()
    assert len({each.id for each in found}) == len(found) >= 20
    assert {each.source for each in found} <= {source.id for source in load().sources}
    assert {each.beside for each in found if each.beside} <= CATALOGUE.keys()


def test_keras_own_table_gives_its_ratios() -> None:
    """TensorFlow's milliseconds for a step over JAX's, as the table has them."""
    table = {
        "keras_sam_fit": (355.25, 361.69),
        "keras_sam_predict": (438.50, 376.34),
        "keras_bert_fit": (214.49, 222.37),
        "keras_bert_predict": (466.01, 418.72),
        "keras_gemma_fit": (232.52, 273.67),
    }
    ratios = {each.id: each.ratio for each in published_ratios()}
    for id_, (tensorflow, jax) in table.items():
        assert ratios[id_] == pytest.approx(tensorflow / jax, abs=0.005), id_


def test_a_mistake_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "ratios").mkdir()
    (tmp_path / "ratios" / "some.yaml").write_text("ratios:\n  - id: x\n    ratio: -1\n")
    with pytest.raises(KnowledgeError, match=r"some\.yaml"):
        published_ratios(tmp_path)
