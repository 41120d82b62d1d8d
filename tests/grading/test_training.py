"""Training as users run it: it learns, it resumes exactly, it works in two processes, it refuses what it cannot do."""

import csv
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from deepspine.cli import main
from deepspine.data.dataset.manifest import Manifest
from deepspine.data.dataset.sample import Sample
from deepspine.data.dataset.shards import StoredSample, stored_samples
from deepspine.data.dataset.splits import fold_of
from deepspine.data.errors import ConfigError, InputError
from deepspine.data.findings import Side
from deepspine.data.geometry import FloatArray
from deepspine.data.label_table import LabelKey, LabelTable
from deepspine.data.levels import Level
from deepspine.grading.doubt import read_doubts
from deepspine.grading.inputs import LevelBatch
from deepspine.grading.prediction import load_grader, predict, predict_samples
from deepspine.grading.training import NO_VALIDATION, GradingModule
from deepspine.grading.training_data import GradingData

FINDINGS = "[canal_stenosis, foraminal_stenosis]"
CONFIGS = Path(__file__).parents[2] / "experiments" / "configs"
TWO_LEVELS = (Level.L3_L4, Level.L4_L5)


def train(dataset: Path, run: Path, *extra: str, epochs: int = 2) -> int:
    return main([
        "train", "grading", "--data.dataset", str(dataset), "--trainer.default_root_dir", str(run),
        "--model.findings", FINDINGS, "--model.width", "32", "--model.threads", "1",
        "--data.batch_size", "8", "--data.in_memory", "true", "--trainer.accelerator", "cpu",
        "--trainer.max_epochs", str(epochs), "--trainer.logger", "false", "--trainer.enable_progress_bar", "false",
        "--trainer.enable_model_summary", "false", "--trainer.num_sanity_val_steps", "0",
        "--trainer.callbacks+=pytorch_lightning.callbacks.ModelCheckpoint", "--trainer.callbacks.save_last", "true",
        *extra,
    ])  # fmt: skip


@pytest.fixture(scope="module")
def run(make_dataset: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a dataset of visible grades and a run that trained on it."""
    dataset, folder = make_dataset(120), tmp_path_factory.mktemp("run")
    assert train(dataset, folder, "--model.learning_rate", "0.004", epochs=14) == 0
    return dataset, folder


def test_what_can_be_seen_is_learned_on_its_own_side(
    run: tuple[Path, Path], truth: LabelTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset, folder = run
    table = tmp_path / "truth.csv"
    truth.write(table)
    arguments = ["evaluate", "grading", str(dataset), "--checkpoint", str(folder), "--reference", str(table)]
    assert main([*arguments, "--out", str(tmp_path / "out"), "--json"]) == 0
    scores = {row["finding"]: row for row in json.loads(capsys.readouterr().out)["scores"]}
    assert scores["canal_stenosis"]["kappa_quadratic"] > 0.6
    assert scores["foraminal_stenosis"]["kappa_quadratic"] > 0.6
    predicted = LabelTable.read(tmp_path / "out" / "predictions.csv")
    assert set(predicted) <= set(truth)
    assert (tmp_path / "out" / "scores.csv").read_text().startswith("reference,finding,n,")


@pytest.mark.parametrize(
    ("size", "refused"), [({"name": "renamed"}, False), ({"sagittal_mm": 60.0}, True), ({"axial_mm": 60.0}, True)]
)
def test_crops_of_other_sizes_than_those_learned_from_are_refused(
    run: tuple[Path, Path], tmp_path: Path, size: dict[str, Any], refused: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset, folder = run
    other = tmp_path / "other"
    shutil.copytree(dataset, other)
    text = json.loads((other / "manifest.json").read_text(encoding="utf-8"))
    text["crops"]["name"] = "other"
    for plane in ("sagittal", "axial"):
        if f"{plane}_mm" in size:
            text["crops"][plane]["size_mm"][1] = size[f"{plane}_mm"]
    (other / "manifest.json").write_text(json.dumps(text), encoding="utf-8")
    code = main(["evaluate", "grading", str(other), "--checkpoint", str(folder), "--out", str(tmp_path / "out")])
    assert code == (2 if refused else 0)
    assert ("learned from 'test' of other sizes" in capsys.readouterr().err) == refused


def test_a_run_logs_its_losses_and_keeps_its_config(run: tuple[Path, Path]) -> None:
    _, folder = run
    lines = (folder / "metrics.csv").read_text().splitlines()
    assert lines[0] == "epoch,step,train_loss,val_loss"
    assert len(lines) == 15
    assert float(lines[-1].split(",")[2]) < float(lines[1].split(",")[2])
    assert (folder / "config.yaml").is_file()


@pytest.mark.parametrize("option", ["--model.noise=none", "--model.noise=forward", "--model.compare=true"])
def test_a_resumed_run_ends_with_the_weights_of_an_unbroken_one(
    option: str, make_dataset: Callable[..., Path], tmp_path: Path
) -> None:
    """Broken after the second of three epochs by the same configuration's own checkpoint."""
    dataset = make_dataset(12, levels=TWO_LEVELS)
    every = ("--trainer.callbacks.filename", "every-{epoch}", "--trainer.callbacks.save_top_k", "-1")
    assert train(dataset, tmp_path / "whole", option, *every, epochs=3) == 0
    middle = next((tmp_path / "whole").rglob("every-epoch=1.ckpt"))
    assert train(dataset, tmp_path / "resumed", option, "--ckpt_path", str(middle), epochs=3) == 0
    whole, resumed = (load_grader(tmp_path / name / "checkpoints" / "last.ckpt") for name in ("whole", "resumed"))
    for name, weights in whole.network.state_dict().items():
        assert torch.equal(weights, resumed.network.state_dict()[name]), name
    logs = [(tmp_path / name / "metrics.csv").read_text() for name in ("whole", "resumed")]
    assert logs[0] == logs[1]


def test_answers_of_single_inputs_count_no_label_again(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    dataset = make_dataset(12, levels=TWO_LEVELS)
    options = ["--model.noise", "forward", "--model.alone", "0.5", "--data.batch_size", "4"]
    assert train(dataset, tmp_path / "run", *options, epochs=1) == 0
    state = torch.load(tmp_path / "run" / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    counted = sum(float(counts.sum()) for name, counts in state.items() if name.startswith("confusion.counts_"))
    labels = GradingData(dataset).training_labels()
    told = {finding: labels[finding] for finding in labels if finding.startswith(("canal", "foraminal"))}
    assert counted == pytest.approx(sum(int((~allowed.all(dim=1)).sum()) for allowed in told.values()), rel=1e-4)


KILLED_AT_STEP = """
import os, signal, sys
from deepspine.cli import main
from deepspine.grading.training import GradingModule

training_step = GradingModule.training_step

def killed(self, batch, batch_idx):
    if self.global_step == {step}:
        os.kill(os.getpid(), signal.SIGKILL)
    return training_step(self, batch, batch_idx)

GradingModule.training_step = killed
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


def test_a_run_of_the_shipped_config_that_is_killed_goes_on_in_its_folder(
    make_dataset: Callable[..., Path], tmp_path: Path
) -> None:
    """It logs, and workers read ahead: they begin an epoch before Lightning tells them which.

    Each part runs in a process of its own, as users' do: some CPUs take other kernels after what a process did before.
    """
    dataset = make_dataset(12, levels=TWO_LEVELS)

    def arguments(run: Path) -> list[str]:
        return [
            "train", "grading", "--config", str(CONFIGS / "grading.yaml"), "--data.dataset", str(dataset),
            "--model.encoder=small", "--model.width=32", "--model.threads=1", "--data.workers=1",
            "--data.batch_size=8", "--data.folds=3", "--trainer.max_epochs=4", "--trainer.accelerator=cpu",
            "--trainer.enable_progress_bar=false", "--trainer.default_root_dir", str(run),
        ]  # fmt: skip

    def run_alone(*words: str) -> int:
        return subprocess.run([sys.executable, *words], capture_output=True, timeout=240, check=False).returncode

    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert run_alone("-m", "deepspine", *arguments(whole)) == 0
    steps_an_epoch = int((whole / "metrics.csv").read_text().splitlines()[1].split(",")[1])
    script = tmp_path / "killed.py"
    script.write_text(KILLED_AT_STEP.format(step=2 * steps_an_epoch))
    assert run_alone(str(script), *arguments(killed)) == -signal.SIGKILL
    assert run_alone("-m", "deepspine", *arguments(killed), "--ckpt_path", "last") == 0
    networks = [load_grader(run / "checkpoints" / "last.ckpt").network.state_dict() for run in (whole, killed)]
    assert all(torch.equal(weights, networks[1][name]) for name, weights in networks[0].items())
    assert (whole / "metrics.csv").read_text() == (killed / "metrics.csv").read_text()


def told(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line of ours on standard error."""
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("deepspine: ")]
    return line


@pytest.mark.parametrize(
    ("first", "then", "planned", "steps"),
    [
        ((), ("--trainer.max_epochs=4",), 8, 16),
        (("--trainer.max_epochs=1",), ("--trainer.max_epochs=3",), 4, 12),
    ],
)
def test_a_longer_run_does_not_go_on_from_a_shorter_one(
    first: Sequence[str],
    then: Sequence[str],
    planned: int,
    steps: int,
    make_dataset: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    dataset = make_dataset(24, levels=TWO_LEVELS)
    assert train(dataset, tmp_path, *first) == 0
    capsys.readouterr()
    assert train(dataset, tmp_path, *then, "--ckpt_path", "last") == 2
    line = told(capsys)
    assert f"drawn for {planned} steps, this run takes {steps}" in line
    assert "--trainer.max_epochs" in line


@pytest.mark.parametrize(("changed", "told_as"), [("width", "width"), ("patients", "patients to learn from")])
def test_a_run_does_not_go_on_with_another_network_or_other_patients(
    changed: str, told_as: str, make_dataset: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = make_dataset(12, levels=TWO_LEVELS)
    assert train(dataset, tmp_path / "run") == 0
    config = (tmp_path / "run" / "config.yaml").read_text()
    capsys.readouterr()
    other = make_dataset(24, levels=TWO_LEVELS) if changed == "patients" else dataset
    option = ("--model.width", "48") if changed == "width" else ()
    assert train(other, tmp_path / "run", *option, "--ckpt_path", "last") == 2
    assert f"has other {told_as}; give what it began with" in told(capsys)
    assert (tmp_path / "run" / "config.yaml").read_text() == config


def test_a_finished_run_that_goes_on_has_nothing_to_do(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    dataset = make_dataset(12, levels=TWO_LEVELS)
    for resume in ((), ("--ckpt_path", "last")):
        assert train(dataset, tmp_path, *resume) == 0
    assert len((tmp_path / "metrics.csv").read_text().splitlines()) == 3


def test_a_run_without_a_checkpoint_does_not_go_on(
    make_dataset: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = make_dataset(12, levels=TWO_LEVELS)
    assert train(dataset, tmp_path / "nowhere", "--ckpt_path", "last") == 2
    assert f"no last checkpoint in {tmp_path / 'nowhere'}" in told(capsys)
    assert not list(tmp_path.rglob("*.ckpt"))


@pytest.mark.slow
def test_two_processes_train_one_network(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    dataset = make_dataset(24)
    script = tmp_path / "go.py"
    script.write_text(
        "import sys\nfrom deepspine.cli import main\nif __name__ == '__main__':\n    sys.exit(main(sys.argv[1:]))\n"
    )
    arguments = [
        "train", "grading", "--data.dataset", str(dataset), "--trainer.default_root_dir", str(tmp_path / "run"),
        "--model.width", "32", "--model.threads", "1", "--data.batch_size", "4", "--trainer.max_epochs", "1",
        "--trainer.accelerator", "cpu", "--trainer.devices", "2", "--trainer.strategy",
        "ddp_find_unused_parameters_true",
        "--trainer.logger", "false", "--trainer.enable_progress_bar", "false", "--trainer.num_sanity_val_steps", "0",
        "--trainer.limit_train_batches", "2",
    ]  # fmt: skip
    done = subprocess.run([sys.executable, str(script), *arguments], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    assert load_grader(next((tmp_path / "run").rglob("*.ckpt"))).network


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data.inputs", "[coronal]"], "inputs must be of sagittal_t1"),
        (["--model.findings", "[herniation_zone]"], "herniation_zone"),
        (["--model.noise", "forward", "--model.smoothing", "0.3"], "set one of them"),
        (["--model.encoder", "foo"], "encoder must be one of small, spine, resnet18_half, or a backbone that timm"),
        (["--model.encoder", "resnet81"], "did you mean resnet18"),
        (["--model.width", "30"], "width must be a multiple of 4"),
        (["--model.width", "0"], "width must be a multiple of 4"),
    ],
)
def test_an_impossible_option_is_one_line_and_exit_code_2(
    arguments: list[str], message: str, make_dataset: Callable[..., Path], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert train(make_dataset(4), tmp_path, *arguments) == 2
    assert message in capsys.readouterr().err.splitlines()[-1]


def test_without_a_patient_to_validate_on_training_says_so_and_goes_on(
    make_dataset: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the shipped config, whose callbacks wait for the loss of validation."""
    dataset = make_dataset(4, levels=TWO_LEVELS)
    assert not Manifest.read(dataset).of_split("val")[0].studies
    arguments = [
        "--config",
        str(CONFIGS / "grading.yaml"),
        "--data.dataset",
        str(dataset),
        "--trainer.default_root_dir",
        str(tmp_path),
    ]
    small = ["--model.encoder=small", "--model.width=32", "--data.workers=0", "--data.batch_size=4", "--fast"]
    quiet = ["--trainer.accelerator=cpu", "--trainer.logger=false", "--trainer.enable_progress_bar=false"]
    assert main(["train", "grading", *arguments, *small, *quiet]) == 0
    warnings = [line for line in capsys.readouterr().err.splitlines() if line.startswith("warning: ")]
    assert warnings == [f"warning: {NO_VALIDATION}"]
    assert load_grader(tmp_path).network


def test_nothing_to_learn_from_is_told(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("report_id,level,finding,side,grades\n")
    data = GradingData(make_dataset(4), labels=tmp_path / "labels.csv", only_labelled=True)
    with pytest.raises(ConfigError, match="no level with a label falls to training"):
        data.training_labels()


def test_labels_left_open_are_counted_and_teach_nothing(
    make_dataset: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = make_dataset(4)
    keys = [one.read_without_crops().label_key(("canal_stenosis", Side.MIDLINE)) for one in stored_samples(dataset)]
    LabelTable({}, keys).write(tmp_path / "labels.csv")
    data = GradingData(dataset, labels=tmp_path / "labels.csv", only_labelled=True)
    data.setup("fit")
    assert f"labels.csv: labels left open ('?'): {len(keys)};" in capsys.readouterr().err
    with pytest.raises(ConfigError, match="no level with a label falls to training"):
        data.training_labels()


def test_labels_of_other_reports_are_refused(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    labels = "report_id,level,finding,side,grades\nother,L4-L5,canal_stenosis,,mild\n"
    (tmp_path / "labels.csv").write_text(labels, encoding="utf-8")
    data = GradingData(make_dataset(4), labels=tmp_path / "labels.csv")
    with pytest.raises(ConfigError, match="are the labels those of its reports"):
        data.training_labels()


def test_doubts_of_other_reports_are_refused(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    table = tmp_path / "evidence.csv"
    table.write_text("report_id,level,finding,side,doubt\nother,L4-L5,canal_stenosis,,0.5\n")
    data = GradingData(make_dataset(4), doubt=table)
    with pytest.raises(ConfigError, match="has no report of the levels of training"):
        data.training_labels()


def test_labels_are_counted_without_decoding_a_crop(
    make_dataset: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset(6, levels=TWO_LEVELS)
    monkeypatch.setattr(StoredSample, "read", lambda _: pytest.fail("a sample was decoded"))
    data = GradingData(dataset, only_labelled=True)
    n_levels = len(data.level_dataset("train"))
    assert n_levels > 0
    assert {len(sets) for sets in data.training_labels().values()} == {n_levels}


def test_a_reference_of_other_reports_is_refused(
    run: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset, folder = run
    table = tmp_path / "other.csv"
    table.write_text("report_id,level,finding,side,grades\nother,L4-L5,bulge,,mild\n")
    arguments = ["evaluate", "grading", str(dataset), "--checkpoint", str(folder), "--reference", str(table)]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
    assert "--reference: no report id of the table is of the split 'test'" in capsys.readouterr().err


def test_folds_are_told_without_decoding_a_crop(
    make_dataset: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = make_dataset(8)
    fold_of_sample = {one.key: fold_of(one.read().patient_key, 3) for one in stored_samples(dataset)}

    def decoded(sample: StoredSample) -> Sample:
        raise AssertionError(sample.key)

    monkeypatch.setattr(StoredSample, "read", decoded)
    for held in range(3):
        data = GradingData(dataset, folds=3, held_fold=held)
        assert {one.key for one in data.stored("val")} == {key for key, fold in fold_of_sample.items() if fold == held}
        assert len(data.stored("train")) + len(data.stored("val")) == len(fold_of_sample)


def test_a_held_fold_that_no_patient_falls_into_is_no_validation(make_dataset: Callable[..., Path]) -> None:
    dataset = make_dataset(4)
    patients = [one.read().patient_key for one in GradingData(dataset, folds=0).stored("all")]
    empty = next(fold for fold in range(9) if fold not in {fold_of(patient, 9) for patient in patients})
    data = GradingData(dataset, folds=9, held_fold=empty)
    assert not data.validates()
    assert data.val_dataloader() == []


def test_a_folder_without_a_checkpoint_is_refused(
    make_dataset: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--checkpoint", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(["evaluate", "grading", str(make_dataset(8)), *arguments]) == 2
    assert "no checkpoint" in capsys.readouterr().err
    for content in (b"not a checkpoint", b"report_id,level,finding,side,grades\n1,L4-L5,bulge,,mild\n"):
        (tmp_path / "last.ckpt").write_bytes(content)
        assert main(["evaluate", "grading", str(make_dataset(8)), *arguments]) == 2
        assert "no checkpoint of" in capsys.readouterr().err


@pytest.mark.parametrize("config", sorted(CONFIGS.glob("grading*.yaml")))
def test_every_config_names_only_keys_that_there_are(config: Path) -> None:
    """By parsing, not by training: `--print_config` stops after it."""
    arguments = ["--config", str(config), "--data.dataset", "somewhere", "--fast", "--print_config"]
    assert main(["train", "grading", *arguments]) == 0


def test_a_noise_method_that_there_is_not_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match="none, forward, got 'co-teaching'"):
        GradingModule(noise="co-teaching")  # type: ignore[arg-type]


def one_level(dataset: Path, **options: object) -> LevelBatch:
    data = GradingData(dataset, **options)  # type: ignore[arg-type]
    return data.level_dataset("train")[0]


def test_labels_may_take_the_place_of_those_of_the_dataset(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    """Silence included: a report that the new labels do not have says nothing."""
    dataset = make_dataset(8)
    LabelTable({}).write(tmp_path / "none.csv")
    assert not one_level(dataset).allowed["canal_stenosis"].all()
    relabelled = one_level(dataset, labels=tmp_path / "none.csv", silence="normal")
    assert all(sets.all() for sets in relabelled.allowed.values())


def test_levels_of_which_nothing_is_known_can_be_left_out(
    make_dataset: Callable[..., Path], truth: LabelTable, tmp_path: Path
) -> None:
    dataset = make_dataset(30)
    whole = GradingData(dataset).level_dataset("train")
    first = whole[0]
    reports = [one.read().report_id for one in GradingData(dataset).stored("train")]
    LabelTable({key: grades for key, grades in truth.items() if key.report_id == reports[0]}).write(tmp_path / "l.csv")
    data = GradingData(dataset, labels=tmp_path / "l.csv", only_labelled=True)
    assert len(data.level_dataset("train")) == 1
    assert len(data.level_dataset("test")) == len(GradingData(dataset).level_dataset("test"))
    assert torch.equal(data.level_dataset("train")[0].sagittal, first.sagittal)


def comparing(dataset: Path, **options: Any) -> GradingData:
    """Return the data of a network that compares."""
    data = GradingData(dataset, **options)
    data.whole_studies = True
    return data


def test_a_network_that_compares_gets_whole_studies(make_dataset: Callable[..., Path]) -> None:
    data = comparing(make_dataset(20, levels=TWO_LEVELS), batch_size=6)
    batches = list(data.train_dataloader())
    assert all(len(batch.level) == 6 for batch in batches)
    for batch in batches:
        studies, counts = torch.unique(batch.study, return_counts=True)
        assert (len(studies), counts.tolist()) == (3, [2, 2, 2])
        assert set(batch.allowed["canal_stenosis"].shape) == {6, 4}


def test_a_study_is_learned_from_whole_where_one_level_is_labelled(
    make_dataset: Callable[..., Path], truth: LabelTable, tmp_path: Path
) -> None:
    dataset = make_dataset(30, levels=TWO_LEVELS)
    report = GradingData(dataset).stored("train")[0].read().report_id
    LabelTable({key: grades for key, grades in truth.items() if key.report_id == report}).write(tmp_path / "l.csv")
    options = {"labels": tmp_path / "l.csv", "only_labelled": True}
    assert len(GradingData(dataset, **options).level_dataset("train")) == 1
    assert len(comparing(dataset, **options).level_dataset("train")) == 2


def test_predictions_of_a_network_that_compares_are_those_of_whole_studies(
    make_dataset: Callable[..., Path], tmp_path: Path
) -> None:
    dataset = make_dataset(12, levels=TWO_LEVELS)
    assert train(dataset, tmp_path, "--model.compare=true", "--model.learning_rate=0.01", epochs=4) == 0
    grader, stored = load_grader(tmp_path), GradingData(dataset).stored("train")

    def graded(samples: Sequence[StoredSample]) -> dict[LabelKey, FloatArray]:
        rows = predict_samples(grader, samples, Manifest.read(dataset)).rows
        return {row.key: row.probabilities for row in rows}

    together = graded([*stored[::2], *stored[1::2]])
    study = [one for one in stored if one.study_key == stored[0].study_key]
    assert len(study) == 2
    for key, probabilities in graded(study).items():
        assert together[key] == pytest.approx(probabilities, abs=1e-5)
    assert any(abs(together[key] - one).max() > 1e-3 for key, one in graded(study[:1]).items())


def test_doubts_reach_the_label_that_they_are_about(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    dataset = make_dataset(8)
    report = GradingData(dataset).stored("train")[0].read().report_id
    path = tmp_path / "evidence.csv"
    path.write_text(f"report_id,level,finding,side,grades,doubt\n{report},L4-L5,foraminal_stenosis,left,mild,0.75\n")
    doubt = one_level(dataset, doubt=path).doubt
    assert doubt is not None
    assert doubt["foraminal_stenosis/left"] == 0.75
    assert doubt["foraminal_stenosis/right"] == 0.0


def test_doubts_as_excel_writes_them_are_read(tmp_path: Path) -> None:
    path = tmp_path / "evidence.csv"
    path.write_text("report_id,level,finding,side,grades,doubt\nr,L4-L5,bulge,,mild,0.75\n", encoding="utf-8-sig")
    assert read_doubts(path) == {LabelKey("r", Level.L4_L5, "bulge", Side.MIDLINE): 0.75}


def test_a_table_without_doubts_is_refused(make_dataset: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="evidence"):
        one_level(make_dataset(8), doubt=tmp_path / "missing.csv")
    (tmp_path / "labels.csv").write_text("report_id,level\nr,L4-L5\n")
    with pytest.raises(InputError, match="no table of evidence"):
        one_level(make_dataset(8), doubt=tmp_path / "labels.csv")


def test_several_folds_can_be_held_back(make_dataset: Callable[..., Path]) -> None:
    dataset = make_dataset(40)

    def patients(*held: int) -> set[str]:
        data = GradingData(dataset, folds=4, held_folds=held)
        return {one.read().patient_key for one in data.stored("val")}

    assert patients(0, 2) == patients(0) | patients(2)
    with pytest.raises(ConfigError, match="held_fold"):
        patients(0, 4)


def test_grading_a_level_in_several_places_is_the_mean_of_them(run: tuple[Path, Path]) -> None:
    dataset, folder = run
    grader, stored = load_grader(folder), GradingData(dataset).stored("test")[:3]
    manifest = Manifest.read(dataset)
    places = [predict_samples(grader, stored, manifest, shifts_px=[shift]).rows for shift in ((0, 0), (0, 2))]
    both = predict_samples(grader, stored, manifest, shifts_px=[(0, 0), (0, 2)]).rows
    for mean, first, second in zip(both, *places, strict=True):
        assert mean.probabilities == pytest.approx((first.probabilities + second.probabilities) / 2)


@pytest.mark.parametrize("option", ["--model.early_learning=1.0", "--model.noise=forward", "--model.ordinal=corn"])
def test_the_options_of_the_loss_train_from_the_command_line(
    option: str, make_dataset: Callable[..., Path], tmp_path: Path
) -> None:
    assert train(make_dataset(16), tmp_path, option, epochs=1) == 0
    assert load_grader(tmp_path).network


def test_a_run_by_folds_is_evaluated_on_the_patients_that_it_held_back(
    make_dataset: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = make_dataset(40)
    assert train(dataset, tmp_path / "run", "--data.folds=3", "--data.held_fold=1", epochs=1) == 0
    options = [
        "evaluate",
        "grading",
        str(dataset),
        "--checkpoint",
        str(tmp_path / "run"),
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(options) == 2
    assert (
        "learned from patients of the split test; grade those that it did not (--split held)" in capsys.readouterr().err
    )
    assert main([*options, "--split", "held"]) == 0
    held = GradingData(dataset, folds=3, held_fold=1).stored("val")
    with (tmp_path / "out" / "predictions.csv").open() as file:
        graded = {row["report_id"] for row in csv.DictReader(file)}
    assert graded == {one.read().report_id for one in held}


def test_a_run_by_the_splits_held_back_those_of_validation_and_test(run: tuple[Path, Path]) -> None:
    dataset, folder = run
    graded = {row.key.report_id for row in predict(dataset, folder, split="held").rows}
    others = [*stored_samples(dataset, "val"), *stored_samples(dataset, "test")]
    assert graded == {one.read().report_id for one in others}
