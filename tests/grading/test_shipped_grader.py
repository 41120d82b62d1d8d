"""The grader of the package is whole, small enough, and claims nothing that it was not taught."""

import numpy as np
import pytest

from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import generate_study
from deepspine.grading.level_features import MaskedSpine, beside_neighbours, measure_contrasts
from deepspine.grading.weights import SHIPPED, WEIGHTS_FILE, ShippedGrader, load_grader

MAX_BYTES = 16_000_000


@pytest.fixture(scope="module")
def shipped() -> ShippedGrader:
    return load_grader()


def test_it_is_small_and_names_the_data_of_every_finding(shipped: ShippedGrader) -> None:
    assert (SHIPPED / WEIGHTS_FILE).stat().st_size <= MAX_BYTES
    for part in shipped.parts:
        for finding in part.findings:
            sources = part.trained_on[finding.name]
            assert sources
            assert set(sources) <= set(shipped.card["data"])


@pytest.mark.parametrize("finding", ["bulge", "herniation", "disc_height_loss", "spondylolisthesis"])
def test_what_experts_graded_by_presence_is_answered_by_presence(shipped: ShippedGrader, finding: str) -> None:
    experts = shipped.parts[0]
    assert len(experts.groups(finding).groups) == 2
    assert experts.calibration[finding].bias.shape == (2,)
    assert experts.conformal[finding].sets.thresholds.shape == (2,)
    assert len(experts.groups("pfirrmann").groups) == 5


@pytest.mark.parametrize("names", [("sagittal_t2", "sagittal_t1"), ("sagittal_t2",), ("sagittal_t1",)])
def test_its_forests_answer_whatever_contrasts_there_are(shipped: ShippedGrader, names: tuple[str, ...]) -> None:
    study = generate_study(3, PhantomOptions(axial=False))
    spine = MaskedSpine(study.mask, study.frames)
    table = measure_contrasts({name: getattr(study, name) for name in names}, spine).assign(report_id="r1")
    features = beside_neighbours(table)
    forests = [forest for part in shipped.parts for own in part.forests.values() for forest in own]
    assert {forest.finding for forest in forests} == {finding.name for finding in shipped.parts[0].findings}
    for forest in forests:
        probabilities = forest.probabilities(features)
        assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-4)
