"""What the tests of Modic's experiments share."""

import pytest
from small_phantoms import three_types

from deepspine.experiments.modic.pairs import LocatedPair


@pytest.fixture(scope="session")
def pair() -> LocatedPair:
    """Return the phantom with three types as if it had been located without a fault."""
    study = three_types()
    return LocatedPair(
        "phantom-21",
        study.sagittal_t1,
        study.sagittal_t2,
        study.mask,
        study.vertebra_mask,
        study.frames,
        study.modic_mask,
    )
