"""What the tests of Modic changes share."""

import pytest
import small_phantoms

from deepspine.data.phantom.study import PhantomStudy
from deepspine.grading.modic.learned_regions import RegionModel


@pytest.fixture(scope="session")
def three_types() -> PhantomStudy:
    """Return a study with one change of each type: 3 at L2-L3, 1 at L3-L4, 2 at L4-L5."""
    return small_phantoms.three_types()


@pytest.fixture(scope="session")
def lesions() -> PhantomStudy:
    """Return the same patient without Modic changes, a haemangioma in L1 and a fracture of L3 in their place."""
    return small_phantoms.lesions()


@pytest.fixture(scope="session")
def another_patient() -> PhantomStudy:
    """Return a study of another patient."""
    return small_phantoms.another_patient()


@pytest.fixture(scope="session")
def shipped() -> RegionModel:
    """Return the networks that the package ships."""
    return RegionModel.load()
