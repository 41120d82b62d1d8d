"""How maps are scored: a perfect one gets full marks, an empty one none."""

import numpy as np
import pytest

from deepspine.data.grade_sets import GradeSet
from deepspine.data.phantom.study import PhantomStudy
from deepspine.experiments.modic_map import UNSEEN, USUAL, DiscAnswer, changed_study, phantom_rows, picture_rows
from deepspine.grading.modic.mapping import MODIC, EndplateChange, ModicMap


@pytest.fixture(scope="module")
def study() -> PhantomStudy:
    """Return a study with changed discs."""
    return changed_study(501, USUAL)


def as_told(study: PhantomStudy, *, empty: bool) -> ModicMap:
    rows = []
    for key, grades in study.labels.items():
        if key.finding == MODIC.name:
            own = GradeSet.of(MODIC, "none") if empty else grades
            rows.append(EndplateChange(key.level, key.level.vertebra_above, False, 0, 0, 0, 0, (0, 0, 0), own, "", 0.0))
    return ModicMap(np.zeros_like(study.modic_mask) if empty else study.modic_mask, tuple(rows), ())


def test_a_perfect_map_has_full_marks_and_an_empty_one_none(study: PhantomStudy) -> None:
    assert study.modic_mask.any()
    perfect = {row["measure"]: row["value"] for row in phantom_rows([(study, as_told(study, empty=False))] * 2, USUAL)}
    assert all(value.startswith(("1.000", "1.00")) for value in perfect.values())
    nothing = phantom_rows([(study, as_told(study, empty=True)), (study, as_told(study, empty=False))], USUAL)
    assert str(nothing[0]["value"]).startswith(("0.5", ".5"))


def test_unseen_times_change_the_pictures_alone(study: PhantomStudy) -> None:
    other = changed_study(501, UNSEEN)
    assert np.array_equal(other.modic_mask, study.modic_mask)
    assert not np.array_equal(other.sagittal_t1.voxels, study.sagittal_t1.voxels)
    assert not 450 <= other.plan.t1.repetition_ms <= 650


def test_scores_that_part_the_discs_have_an_auc_of_one() -> None:
    answers = [DiscAnswer(str(n % 10), n % 3 == 0, float(n % 3 == 0) + 0.001 * n, n % 3 == 0) for n in range(60)]
    area, sensitivity, kappa = (str(row["value"]) for row in picture_rows(answers))
    assert all(value.startswith(("1.000", "1.00")) for value in (area, sensitivity, kappa))
