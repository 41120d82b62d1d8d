"""The Slurm script: valid shell, keys that there are, a usage line for who forgets an argument."""

import re
import subprocess
from pathlib import Path

from deepspine.cli import main

SCRIPT = Path(__file__).parents[2] / "experiments" / "slurm" / "train_grading.sh"
CONFIG = SCRIPT.parents[1] / "configs" / "grading.yaml"


def test_without_its_arguments_it_says_how_it_is_called() -> None:
    done = subprocess.run(["bash", str(SCRIPT)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: sbatch")


def test_every_key_that_it_sets_is_one_that_training_has() -> None:
    """By parsing with other numbers: `--print_config` stops before anything is started."""
    keys = re.findall(r"--((?:data|trainer)\.[a-z_]+)", SCRIPT.read_text(encoding="utf-8"))
    assert "trainer.num_nodes" in keys
    values = {
        "data.dataset": "d", "data.workers": "2", "trainer.default_root_dir": "r", "trainer.num_nodes": "2",
        "trainer.devices": "4", "trainer.accelerator": "cpu", "trainer.strategy": "ddp_find_unused_parameters_true",
        "trainer.precision": "bf16-mixed",
    }  # fmt: skip
    arguments = [part for key in keys for part in (f"--{key}", values[key])]
    assert main(["train", "grading", "--config", str(CONFIG), *arguments, "--print_config"]) == 0
