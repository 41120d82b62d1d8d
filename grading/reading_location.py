"""Where the spine of a study to be read is, on each of its pictures, by whatever finds spines.

Volumes share patient space, so one look at T1 and T2 together serves all. Pictures have no place: each tells its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from deepspine.data.errors import DeepspineError
from deepspine.data.frames import LevelFrame
from deepspine.data.usual_size import at_usual_size, laid_on
from deepspine.data.volume import Volume
from deepspine.grading.reading_inputs import SAGITTAL_T1, StudyImages
from deepspine.grading.reading_pairs import check_contrasts, check_pair, t1_on_t2
from deepspine.grading.reading_study import FoundSpine, LocatedStudy


class SpineFinder(Protocol):
    """What finds a spine, such as `segmentation.locate`; this room does not know it."""

    def __call__(self, volume: Volume, *, other: Volume | None = None) -> FoundSpine:
        """Find the spine of a volume, `other` being the other contrast in its grid."""
        ...


def locate_study(images: StudyImages, find: SpineFinder) -> LocatedStudy:
    """Find the spine on T1 and T2 together; the second picture of a pair takes its place from the first.

    Raises
    ------
    DeepspineError
        What `find` raises of the main input.
    InputError
        When T1 and T2 show two spines, one spine in two places, or look exchanged.
    """
    main, t1 = images.main_input, t1_on_t2(images)
    spines = {main: find(images.volumes[main][0], other=t1)}
    if t1 is not None:
        check_contrasts(t1, images.volumes[main][0], spines[main].mask)
    volumes, warnings = {**images.volumes, main: [spines[main].volume]}, list(images.warnings)
    for name in _asked_alone(images, spines[main]):
        del volumes[name]
        try:
            # Its own discs tell where it lies, and whether it is of this patient.
            spines[name] = find(images.volumes[name][0])
        except DeepspineError as error:
            warnings.append(f"{name.replace('_', ' ')} was left out, no spine was found on it: {error}")
            continue
        check_pair(spines[main], spines[name])
        own = images.volumes[name][0]
        volumes[name] = [replace(own, grid=spines[main].volume.grid) if images.is_picture else own]
    study = replace(images, volumes=volumes, warnings=tuple(warnings))
    return LocatedStudy(study, spines[main], partial(_at_usual_size, study, spines))


def _asked_alone(images: StudyImages, spine: FoundSpine) -> set[str]:
    """Return the inputs that have to tell themselves where they lie.

    These are the other picture of a pair, and a T1 that shows the spine elsewhere than its T2: of a patient who moved,
    or of another one.
    """
    if images.is_picture:
        return set(images.volumes) - {images.main_input}
    return {SAGITTAL_T1} if spine.alone else set()


def _at_usual_size(
    images: StudyImages, spines: Mapping[str, FoundSpine]
) -> tuple[Mapping[str, Sequence[Volume]], Sequence[LevelFrame]]:
    """Scale volumes and frames to a spine of usual size, as the training on pictures did.

    The other contrast of a pair of pictures is laid on the first by its own discs, and left out where it shows too few.
    """
    spine = spines[images.main_input]
    main = at_usual_size(spine.volume, spine.frames)
    found: dict[str, Sequence[Volume]] = {images.main_input: [main.volume]}
    for name, stacks in images.volumes.items():
        if name == images.main_input:
            continue
        if not images.is_picture:
            found[name] = [at_usual_size(stack, spine.frames).volume for stack in stacks]
        elif moved := laid_on(at_usual_size(spines[name].volume, spines[name].frames), main):
            found[name] = [moved]
    return found, main.frames
