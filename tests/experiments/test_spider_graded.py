"""What a variant on SPIDER starts from."""

from pathlib import Path

import pytest

from deepspine.data.errors import ConfigError
from deepspine.data.label_table import LabelTable
from deepspine.experiments.registry import CONFIGS, load_settings
from deepspine.experiments.spider_graded import (
    Material,
    Settings,
    Variant,
    learn,
)


def test_a_start_that_there_is_not_is_refused(tmp_path: Path) -> None:
    settings = load_settings(Settings, CONFIGS / "spider_graded.yaml")
    material = Material({"usual": tmp_path}, LabelTable({}), LabelTable({}))
    with pytest.raises(ConfigError, match="start must be"):
        learn(Variant(start="imagenet"), settings, material, tmp_path, lambda n: None)
