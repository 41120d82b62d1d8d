"""Phantom studies and networks that the tests of Modic changes share: made once, changed by nobody."""

from types import MappingProxyType

import pytest

from deepspine.data.levels import LUMBAR_LEVELS, Level, Vertebra
from deepspine.data.phantom.options import PhantomOptions
from deepspine.data.phantom.study import PhantomStudy, generate_study
from deepspine.data.phantom.variants import Variant
from deepspine.grading.modic.learned_regions import RegionModel

SEED = 21
PLAIN = PhantomOptions(axial=False, scoliosis=0.0)
NO_MODIC = MappingProxyType(dict.fromkeys((Level.T12_L1, *LUMBAR_LEVELS), "none"))


@pytest.fixture(scope="session")
def three_types() -> PhantomStudy:
    """Return a study with one change of each type: 3 at L2-L3, 1 at L3-L4, 2 at L4-L5."""
    changes = {**NO_MODIC, Level.L2_L3: "type3", Level.L3_L4: "type1", Level.L4_L5: "type2"}
    return generate_study(SEED, PLAIN, variant=Variant(modic=changes))


@pytest.fixture(scope="session")
def lesions() -> PhantomStudy:
    """Return the same patient without Modic changes, a haemangioma in L1 and a fracture of L3 in their place."""
    variant = Variant(modic=NO_MODIC, haemangioma=(Vertebra.L1,), fracture=(Vertebra.L3,))
    return generate_study(SEED, PLAIN, variant=variant)


@pytest.fixture(scope="session")
def another_patient() -> PhantomStudy:
    """Return a study of another patient."""
    return generate_study(SEED + 1, PLAIN)


@pytest.fixture(scope="session")
def shipped() -> RegionModel:
    """Return the networks that the package ships."""
    return RegionModel.load()
