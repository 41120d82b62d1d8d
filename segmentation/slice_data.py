"""What the trainings of both networks have in common: slices of sets below a folder, split by patient."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deepspine.data.errors import ConfigError
from deepspine.data.training_options import check_fold, check_not_negative, check_positive
from deepspine.data.training_order import EpochOrder
from deepspine.segmentation.augmentation import Augmentation
from deepspine.segmentation.training_sets import segmentation_fold_of


class FoldedSlices(EpochOrder):
    """Options of slices of the sets below `root`, without the patients of the held fold.

    Parameters
    ----------
    root
        Folder that holds the sets.
    sources
        Their names, see `read_training_slices`.
    n_folds, held_fold
        Patients whose hashed key falls into `held_fold` of `n_folds` are held back; -1 holds nobody back.
    batch_size, workers
        Of the loaders.
    seed
        Of the order and of the augmentation.

    Raises
    ------
    ConfigError
        When an option is out of its range, or a run shall go on that learned from other patients.
    """

    def __init__(
        self,
        root: Path,
        sources: Sequence[str],
        *,
        n_folds: int,
        held_fold: int,
        batch_size: int,
        workers: int,
        seed: int,
        augmentation: Augmentation,
    ) -> None:
        super().__init__()
        check_fold(held_fold, n_folds)
        check_positive(batch_size=batch_size)
        check_not_negative(workers=workers)
        self.root, self.sources = Path(root), sources
        self.n_folds, self.held_fold = n_folds, held_fold
        self.batch_size, self.workers, self.seed = batch_size, workers, seed
        self.augmentation = augmentation

    def is_held(self, patient_key: str) -> bool:
        """Whether a patient is held back."""
        return segmentation_fold_of(patient_key, self.n_folds) == self.held_fold

    def state_dict(self) -> dict[str, Any]:
        """Return the epoch to go on with and what decides who is learned from, to be kept in checkpoints."""
        return {**super().state_dict(), **self._learned()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the epoch of a checkpoint that learned from the same patients."""
        now = self._learned()
        other = [name for name in now if state_dict.get(name, now[name]) != now[name]]
        if other:
            said = ", ".join(f"data.{name} was {state_dict[name]}, now {now[name]}" for name in other)
            raise ConfigError(
                f"the run that shall go on learned from other patients ({said}); give what it began with, or start a "
                "new run in another folder"
            )
        super().load_state_dict(state_dict)

    def _learned(self) -> dict[str, Any]:
        """Return what decides who is learned from; sets may have been moved meanwhile."""
        names = sorted(Path(source).name for source in self.sources)
        return {"n_folds": self.n_folds, "held_fold": self.held_fold, "sources": names}
