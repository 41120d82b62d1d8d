"""What forests look at is the same for a study that is read as for the pictures that they learned from."""

import numpy as np
import pandas as pd
import pytest

from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import generate_study
from deepspine.grading.level_features import MaskedSpine, beside_neighbours, measure_contrasts, study_features
from deepspine.grading.reading_inputs import StudyImages
from deepspine.grading.reading_study import FoundSpine, LocatedStudy


def test_a_level_is_compared_with_its_patients_others_alone() -> None:
    heights = {("p", "L5-S1"): 4.0, ("q", "L4-L5"): 30.0, ("p", "L3-L4"): 9.0, ("p", "L4-L5"): 8.0}
    table = pd.DataFrame([{"report_id": p, "level": level, "height_mm": mm} for (p, level), mm in heights.items()])
    found = beside_neighbours(table).set_index(["report_id", "level"])
    assert found["height_mm"].to_dict() == heights
    less = found.filter(like="_less_").rename(columns=lambda name: name.removeprefix("height_mm_less_"))
    assert less.loc["p", "L4-L5"].to_dict() == {"median": 0.0, "above": -1.0, "below": 4.0}
    assert less.loc["p", "L5-S1"][["median", "above"]].to_dict() == {"median": -4.0, "above": -4.0}
    assert np.isnan(less.loc["p", "L5-S1"]["below"])
    assert np.isnan(less.loc["q", "L4-L5"][["above", "below"]].astype(float)).all()


def test_what_a_contrast_that_is_missing_would_tell_is_not_a_number() -> None:
    study = generate_study(3, PhantomOptions(axial=False))
    spine = MaskedSpine(study.mask, study.frames)
    both = measure_contrasts({"sagittal_t2": study.sagittal_t2, "sagittal_t1": study.sagittal_t1}, spine)
    t2 = measure_contrasts({"sagittal_t2": study.sagittal_t2}, spine)
    t1 = measure_contrasts({"sagittal_t1": study.sagittal_t1}, spine)
    assert list(both) == list(t2) == list(t1)
    assert both["disc_to_csf"].equals(t2["disc_to_csf"])
    assert t2["t1_disc_to_csf"].isna().all()
    assert t1["disc_to_csf"].isna().all()
    assert np.allclose(both["t1_disc_to_csf"], t1["t1_disc_to_csf"], equal_nan=True)
    assert not both["t1_disc_to_csf"].isna().all()


def test_features_of_a_study_are_those_of_its_measurements_at_usual_size() -> None:
    study = generate_study(3, PhantomOptions(axial=False))
    volumes = {"sagittal_t2": [study.sagittal_t2]}
    spine = FoundSpine(study.sagittal_t2, study.mask, study.vertebra_mask, study.frames, (), {})
    found = study_features(LocatedStudy(StudyImages("r1", volumes), spine, lambda: (volumes, study.frames)))
    own = measure_contrasts({"sagittal_t2": study.sagittal_t2}, MaskedSpine(study.mask, study.frames))
    assert list(found.index) == [frame.level.value for frame in study.frames]
    heights = own.set_index("level")["disc_height_middle_mm"]
    assert found["disc_height_middle_mm"].to_dict() == heights.to_dict()
    assert found.loc["L4-L5", "disc_height_middle_mm_less_above"] == pytest.approx(heights["L4-L5"] - heights["L3-L4"])
