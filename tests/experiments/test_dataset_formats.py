"""The comparison of dataset formats: every format gives the same samples, each once."""

import json
from pathlib import Path

import numpy as np
import pytest

from deepspine.cli import main
from deepspine.data.crops import PRESETS
from deepspine.data.dataset.manifest import Manifest, StudyRecord
from deepspine.data.dataset.sample import Sample
from deepspine.data.dataset.shards import ShardWriter
from deepspine.data.dataset.silence import Silence
from deepspine.data.levels import LUMBAR_LEVELS
from deepspine.experiments.benchmarks import dataset_formats
from deepspine.experiments.benchmarks.dataset_formats import FeedFigure, FormatFigure, benchmark_formats, figures_text

pytest.importorskip("zarr", reason="one of the formats; install the extra `bench`")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of noise: two studies, the second without axial crops."""
    folder = tmp_path_factory.mktemp("dataset")
    rng = np.random.default_rng(0)
    preset = PRESETS["small"]
    with ShardWriter(folder, "train-00000.tar", "train") as writer:
        for number, inputs in enumerate((("sagittal_t2", "axial_t2"), ("sagittal_t2",))):
            samples = [
                Sample(
                    f"s{number}", f"p{number}", "", level,
                    {name: rng.normal(size=preset.spec_of(name).pixels).astype(np.float32) for name in inputs},
                )
                for level in LUMBAR_LEVELS
            ]  # fmt: skip
            writer.add(StudyRecord(f"s{number}", f"p{number}", "", len(samples)), samples)
        shard = writer.close()
    Manifest(preset, Silence.MISSING, {"train": 1.0}, (shard,), {}).write(folder)
    return folder


def test_every_format_of_ours_gives_all_samples_and_their_size(dataset: Path, tmp_path: Path) -> None:
    figures = {one.name: one for one in benchmark_formats(dataset, tmp_path, rounds=1)}
    assert len(figures) == 4
    ours = figures["tar, read by offset (ours)"]
    assert (ours.order, ours.files) == ("exact", 1)
    assert all(one.samples_per_s > 0 for one in figures.values())
    assert figures["Zarr, a chunk a sample"].files > 10
    assert ours.megabytes == pytest.approx((dataset / "train-00000.tar").stat().st_size / 2**20)


def test_a_zarr_holds_the_samples_of_the_tar(dataset: Path, tmp_path: Path) -> None:
    benchmark_formats(dataset, tmp_path, rounds=1)
    stored = dataset_formats.stored_samples(dataset)
    ours = {one.key: dataset_formats.plain_sample(one.read_files()) for one in stored}
    for sample in dataset_formats._from_zarr(tmp_path / "zarr-plain", 3):
        own = ours[f"{sample['about']['study_key']}_{sample['about']['level']}"]
        assert np.array_equal(sample["sagittal_t2"], own["sagittal_t2"])
        assert np.isnan(sample["axial_t2"]).all() == ("axial_t2" not in own)


def test_a_format_that_loses_samples_is_no_winner() -> None:
    with pytest.raises(dataset_formats.InputError, match="gave 1 of 2 samples"):
        dataset_formats._best_rate(lambda seed: iter([{}]), 2, 0, 1)


def test_the_feed_says_how_many_workers_a_step_needs() -> None:
    feed = FeedFigure(loader_samples_per_s=400.0, step_s=0.02, batch_size=32, encoder="small", device="cuda")
    assert feed.needed_samples_per_s == pytest.approx(1600)
    assert feed.workers_needed == 4
    assert feed.shortest_step_ms == pytest.approx(80)
    text = figures_text([FormatFigure("tar", 100.0, 1.0, 1, "exact")], feed)
    assert "4 workers; one worker feeds steps of 80 ms" in text


@pytest.mark.slow
def test_the_verb_measures_formats_and_the_step(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--work", str(tmp_path / "work"), "--batch-size", "2", "--encoder", "small", "--json"]
    assert main(["bench", "dataset", str(dataset), *options]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["feed"]["step_s"] > 0
    assert len(figures["formats"]) == 4


def test_mistakes_are_one_line(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "dataset", str(tmp_path), "--work", str(tmp_path / "work")]) == 2
    assert "no manifest.json" in capsys.readouterr().err
    with pytest.raises(dataset_formats.InputError, match="could not be made"):
        benchmark_formats(dataset, tmp_path / "work", rounds=1, environment=_broken(tmp_path))


def _broken(folder: Path) -> Path:
    """Return a place where no environment can be made: below a file."""
    (folder / "file").write_text("", encoding="utf-8")
    return folder / "file" / "environment"
