"""Runs inside nnU-Net's own environment: plan, train for a given time, predict. Reads a task as JSON from its input.

The task: `work` (folder with nnU-Net's `raw`, `preprocessed` and `results`), `dataset` (its folder in `raw`), `test`
(folder of pictures to predict), `predicted` (folder to write masks to), `minutes` (of training). Times are the
processor's. Prints a line of JSON.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

INITIAL_RATE, RATE_EXPONENT = 0.01, 0.9
"""nnU-Net's own polynomial schedule, here along the time instead of the epochs."""


def main() -> None:
    """Answer one task."""
    task = json.load(sys.stdin)
    work, name = Path(task["work"]), task["dataset"]
    # nnU-Net reads these when it is imported.
    for what in ("raw", "preprocessed", "results"):
        os.environ[f"nnUNet_{what}"] = str(work / what)
    os.environ.update({"nnUNet_n_proc_DA": "1", "nnUNet_def_n_proc": "1", "nnUNet_compile": "false"})
    answer_to, sys.stdout = sys.stdout, sys.stderr
    answer = {"plan": plan(int(name[7:10])), **train_and_predict(task)}
    answer_to.write(json.dumps(answer) + "\n")


def plan(dataset_id: int) -> str:
    """Let nnU-Net look at the data, plan, and preprocess for its 2D network."""
    from nnunetv2.experiment_planning.plan_and_preprocess_api import extract_fingerprints, plan_experiments, preprocess

    extract_fingerprints([dataset_id], num_processes=1)
    plan_experiments([dataset_id])
    preprocess([dataset_id], configurations=("2d",), num_processes=(1,))
    return "nnUNetPlans"


def train_and_predict(task: dict[str, Any]) -> dict[str, Any]:
    """Train on all cases for the given time, then predict and time the test pictures."""
    import torch
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    torch.manual_seed(0)
    # Planning refuses zero; training then augments in this process, on the core that is being compared.
    os.environ.update({"nnUNet_n_proc_DA": "0"})
    folder = Path(task["work"]) / "preprocessed" / task["dataset"]
    plans, dataset = (json.loads((folder / file).read_text()) for file in ("nnUNetPlans.json", "dataset.json"))
    trainer = nnUNetTrainer(plans, "2d", "all", dataset, device=torch.device("cpu"))
    trainer.on_train_start()
    trainer.network.train()
    steps, seconds = 0, 60.0 * task["minutes"]
    start = time.process_time()
    while (share := (time.process_time() - start) / seconds) < 1:
        for group in trainer.optimizer.param_groups:
            group["lr"] = INITIAL_RATE * (1 - share) ** RATE_EXPONENT
        trainer.train_step(next(trainer.dataloader_train))
        steps += 1
    trained_s = time.process_time() - start
    configuration = trainer.configuration_manager
    return {
        "steps": steps,
        "trained_s": trained_s,
        "patch": list(configuration.patch_size),
        "batch": configuration.batch_size,
        "weights": sum(one.numel() for one in trainer.network.parameters()),
        **predict(trainer, Path(task["test"]), Path(task["predicted"])),
    }


def predict(trainer: Any, test: Path, predicted: Path) -> dict[str, Any]:
    """Write a mask for each picture, with nnU-Net's defaults (half-overlapping tiles, mirrored and averaged)."""
    import resource

    import torch
    from nnunetv2.imageio.natural_image_reader_writer import NaturalImage2DIO
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    trainer.set_deep_supervision_enabled(False)
    trainer.network.eval()
    predictor = nnUNetPredictor(device=torch.device("cpu"), perform_everything_on_device=False, allow_tqdm=False)
    predictor.manual_initialization(
        trainer.network, trainer.plans_manager, trainer.configuration_manager, [trainer.network.state_dict()],
        trainer.dataset_json, "nnUNetTrainer", trainer.inference_allowed_mirroring_axes,
    )  # fmt: skip
    files, reader = sorted(test.glob("*_0000.png")), NaturalImage2DIO()
    seconds: list[float] = []
    predicted.mkdir(parents=True, exist_ok=True)
    for file in files:
        start = time.process_time()
        pixels, properties = reader.read_images([str(file)])
        mask = predictor.predict_single_npy_array(pixels, properties)
        seconds.append(time.process_time() - start)
        reader.write_seg(mask, str(predicted / file.name.replace("_0000", "")), properties)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds_a_slice": sorted(seconds)[len(seconds) // 2], "peak_mb": peak_mb}


if __name__ == "__main__":
    main()
