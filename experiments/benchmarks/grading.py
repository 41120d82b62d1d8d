"""The grader beside a plain torchvision ResNet-18: training, reading its samples, grading a study, memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from deepspine.data.crops import CropPreset
from deepspine.data.dataset.sample import Sample
from deepspine.data.findings import CORE_FINDINGS, Side
from deepspine.data.grade_sets import GradeSet
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.experiments.benchmarks.peak_memory import own_peak_mb
from deepspine.experiments.benchmarks.segmentation import Figure
from deepspine.experiments.picture_dataset import PRESET
from deepspine.grading.heads import target_name, targets_of
from deepspine.grading.inputs import Augmentation, LevelBatch, LevelDataset, augmented
from deepspine.grading.loss import grading_loss
from deepspine.grading.network import GradingNetwork

ENCODERS = ("small", "spine", "resnet18_half", "resnet18")
N_SAMPLES = 128
LEVELS_OF_A_STUDY = 6
PEAK_SIDE = 8192
"""Of the square bf16 product whose speed is taken for the GPU's peak."""


@dataclass(frozen=True)
class Clock:
    """How work on a device is timed: processor time on a CPU, which neighbours do not change; wall time on a GPU."""

    device: str

    def seconds(self, work: Callable[[], object], *, rounds: int) -> float:
        """Return the seconds of the fastest of some rounds, after one that is not counted."""
        work()
        return min(self._once(work) for _ in range(rounds))

    def _once(self, work: Callable[[], object]) -> float:
        if self.device == "cpu":
            started = time.process_time()
            work()
            return time.process_time() - started
        torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        torch.cuda.synchronize()
        return time.perf_counter() - started


def benchmark_grading(
    *, threads: int = 1, batch_size: int = 32, rounds: int = 3, advance: Callable[[float], None] = lambda n: None
) -> list[Figure]:
    """Measure on the CPU, and on a GPU where there is one.

    Parameters
    ----------
    threads
        Processor threads.
    batch_size
        Levels in a batch.
    rounds
        Of which the fastest counts.
    advance
        Called with 1 after each device.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    dataset = _dataset(PRESET)
    batch = _batch(dataset, range(batch_size))
    figures = [_loader_figure(dataset, rounds)]
    for device in ("cpu", *(["cuda"] if torch.cuda.is_available() else [])):
        figures += _training_figures(batch, device, rounds)
        figures += _study_figures(dataset, device, rounds)
        figures += _memory_figures(device)
        advance(1)
    return figures


def _training_figures(batch: LevelBatch, device: str, rounds: int) -> list[Figure]:
    clock, on_device = Clock(device), _moved(batch, device)
    figures: list[Figure] = []
    peak = _peak_flops(clock, rounds) if device == "cuda" else 0.0
    subjects: list[tuple[str, nn.Module, Callable[[nn.Module], Tensor]]] = [
        (f"deepspine {encoder}", _network(encoder), lambda network: _loss(network, on_device)) for encoder in ENCODERS
    ]
    subjects.append(
        ("torchvision resnet18, plain loop", _plain_resnet(), lambda network: _plain_loss(network, on_device))
    )
    for name, network, loss in subjects:
        step = _training_step(network.to(device), loss, device)
        seconds = clock.seconds(step, rounds=rounds)
        figures.append(Figure(f"training, {device}", name, "samples/s", len(batch.level) / seconds))
        if peak:
            share = _flops(step) / seconds / peak
            figures.append(Figure(f"training, {device}", name, "share of the peak", share, note="bf16 product"))
    return figures


def _training_step(network: nn.Module, loss: Callable[[nn.Module], Tensor], device: str) -> Callable[[], None]:
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    network.train()

    def step() -> None:
        with torch.autocast(device, torch.bfloat16):
            value = loss(network)
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def _loss(network: nn.Module, batch: LevelBatch) -> Tensor:
    changed = augmented(batch, Augmentation())
    weights = {name: torch.ones(sets.shape[1], device=sets.device) for name, sets in batch.allowed.items()}
    return grading_loss(network(changed), batch.allowed, weights)


def _plain_loss(network: nn.Module, batch: LevelBatch) -> Tensor:
    scores = network(batch.sagittal[:, :, 0])
    return nn.functional.cross_entropy(scores.float(), torch.zeros(len(scores), dtype=torch.long, device=scores.device))


def _plain_resnet() -> nn.Module:
    from torchvision.models import resnet18

    network: nn.Module = resnet18(weights=None, num_classes=4)
    setattr(network, "conv1", nn.Conv2d(2, 64, 7, stride=2, padding=3, bias=False))  # noqa: B010 - typed as a tensor
    return network


def _network(encoder: str) -> GradingNetwork:
    return GradingNetwork(CORE_FINDINGS, encoder=encoder, width=64)


def _flops(step: Callable[[], None]) -> float:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        step()
    return float(counter.get_total_flops())


def _peak_flops(clock: Clock, rounds: int) -> float:
    left = torch.randn(PEAK_SIDE, PEAK_SIDE, device=clock.device, dtype=torch.bfloat16)
    return 2 * PEAK_SIDE**3 / clock.seconds(lambda: left @ left, rounds=rounds)


def _loader_figure(dataset: LevelDataset, rounds: int) -> Figure:
    seconds = Clock("cpu").seconds(lambda: _batch(dataset, range(N_SAMPLES)), rounds=rounds)
    return Figure("reading", "samples kept in memory", "samples/s", N_SAMPLES / seconds, note="one process")


def _study_figures(dataset: LevelDataset, device: str, rounds: int) -> list[Figure]:
    batch = _moved(_batch(dataset, range(LEVELS_OF_A_STUDY)), device)
    figures = []
    for encoder in ENCODERS:
        network = _network(encoder).to(device).eval()

        @torch.inference_mode()
        def grade(network: GradingNetwork = network) -> dict[str, Tensor]:
            scores: dict[str, Tensor] = network(batch)
            return scores

        seconds = Clock(device).seconds(grade, rounds=rounds)
        note = f"{LEVELS_OF_A_STUDY} levels, one network, discs located already"
        figures.append(Figure(f"grading, {device}", f"deepspine {encoder}", "s a study", seconds, note=note))
    return figures


def _memory_figures(device: str) -> list[Figure]:
    if device == "cuda":
        return [Figure("memory, cuda", "all of the above", "peak MB", torch.cuda.max_memory_allocated() / 1e6)]
    note = "the whole process, with libraries"
    return [Figure("memory, cpu", "all of the above", "peak MB", own_peak_mb(), note=note)]


def _dataset(preset: CropPreset) -> LevelDataset:
    samples = [_sample(number, preset) for number in range(N_SAMPLES)]
    readers = [lambda sample=sample: sample for sample in samples]
    return LevelDataset(readers, preset=preset, findings=CORE_FINDINGS, normalise_crops=True, keep=True)


def _sample(number: int, preset: CropPreset) -> Sample:
    rng = np.random.default_rng(number)
    crops = {
        name: rng.normal(size=preset.spec_of(name).pixels).astype(np.float32) for name in ("sagittal_t1", "sagittal_t2")
    }
    labels = {
        (finding.name, side): GradeSet.of(finding, finding.scale[int(rng.integers(len(finding.scale)))])
        for finding in CORE_FINDINGS
        for side in (finding.sides if finding.lateral else (Side.MIDLINE,))
    }
    level = LUMBAR_LEVELS[number % len(LUMBAR_LEVELS)]
    return Sample(f"s{number}", f"p{number}", f"r{number}", level, crops, labels, reported=True)


def _batch(dataset: LevelDataset, indices: Sequence[int]) -> LevelBatch:
    from torch.utils.data import default_collate

    batch: LevelBatch = default_collate([dataset[index] for index in indices])
    return batch


def _moved(batch: LevelBatch, device: str) -> LevelBatch:
    names = [target_name(target) for target in targets_of(CORE_FINDINGS)]
    return batch._replace(
        sagittal=batch.sagittal.to(device),
        axial=batch.axial.to(device),
        present=batch.present.to(device),
        level=batch.level.to(device),
        allowed={name: batch.allowed[name].to(device) for name in names},
    )
