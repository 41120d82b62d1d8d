"""The multi-input, multi-task network: slices to tokens, tokens to one answer for each finding and side.

Each slice of each input goes through a 2D encoder whose map of features becomes tokens with a place: which slice,
which row, which column. Every finding looks at all tokens of a level with attention of its own, so a missing input is
just missing tokens. Left and right share everything: for the left side the network looks at the patient mirrored, and
midline findings take the mean of both looks. The design follows Lu 2018 (axial and sagittal branches, many tasks)
with attention in place of concatenation (Ilse 2018, attention pooling).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from deepspine.data.errors import ConfigError
from deepspine.data.findings import Finding, Side
from deepspine.grading.encoders import SMALL, make_encoder
from deepspine.grading.heads import LEVELS, Ordinal, make_head, target_name
from deepspine.grading.inputs import AXIAL_INPUTS, SAGITTAL_INPUTS, LevelBatch

N_LOOKS = 4
"""Of each finding at the tokens, each with its share of the features."""
FREQUENCIES = (1.0, 2.0, 4.0)
"""Half waves over a crop that tell places apart."""
RIGHT_LEFT, FRONT_BACK, HEAD_FOOT = range(3)


class Branch(nn.Module):
    """One input: slices to tokens, and the places of the tokens in the patient.

    Parameters
    ----------
    encoder
        `small`, `spine`, `resnet18_half` or the name of a timm backbone.
    channels
        Contrasts of a slice.
    axes
        The patient's axes along slices, rows and columns.
    """

    def __init__(self, encoder: str, channels: int, width: int, *, axes: tuple[int, int, int]) -> None:
        super().__init__()
        self.encoder = make_encoder(encoder, channels)
        self.project = nn.Linear(self.encoder.width, width)
        self.place = nn.Linear(3 + 6 * len(FREQUENCIES), width)
        self.absent = nn.Embedding(channels, width)
        self.axes = axes

    def features(self, crops: Tensor) -> Tensor:
        """Encode crops (batch, channels, slices, rows, columns) to (batch, slices, rows', columns', width)."""
        batch, _, slices = crops.shape[:3]
        maps = self.encoder(crops.transpose(1, 2).flatten(0, 1))
        features: Tensor = self.project(maps.permute(0, 2, 3, 1))
        return features.reshape(batch, slices, *features.shape[1:])

    def tokens(self, features: Tensor, present: Tensor, *, mirrored: bool) -> Tensor:
        """Give features their places and say which contrasts are absent.

        Parameters
        ----------
        features
            *Shape:* (batch, slices, rows, columns, width)
        present
            *Shape:* (batch, channels)
        mirrored
            Whether places from right to left are to be turned round.

        Returns
        -------
        Tokens.
            *Shape:* (batch, slices * rows * columns, width)
        """
        places = self.place(self._places(features, mirrored=mirrored))
        absent = (~present).to(features.dtype) @ self.absent.weight
        placed: Tensor = features + places + absent[:, None, None, None]
        return placed.flatten(1, 3)

    def _places(self, features: Tensor, *, mirrored: bool) -> Tensor:
        ticks = [(torch.arange(n, device=features.device) + 0.5) / n * 2 - 1 for n in features.shape[1:4]]
        grid = torch.stack(torch.meshgrid(*ticks, indexing="ij"), dim=-1).to(features.dtype)
        in_patient = torch.stack([grid[..., self.axes.index(axis)] for axis in range(3)], dim=-1)
        if mirrored:
            in_patient = in_patient * in_patient.new_tensor([-1.0, 1.0, 1.0])
        waves = [wave(in_patient * torch.pi / 2 * f) for f in FREQUENCIES for wave in (torch.sin, torch.cos)]
        return torch.cat([in_patient, *waves], dim=-1)


class FindingAttention(nn.Module):
    """Each finding's own look at the tokens of a level."""

    def __init__(self, n_findings: int, width: int) -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.randn(n_findings, N_LOOKS, width // N_LOOKS) * 0.02)
        self.norm = nn.LayerNorm(width)
        self.keys_values = nn.Linear(width, 2 * width)
        self.out = nn.LayerNorm(width)

    def forward(self, tokens: Tensor, usable: Tensor) -> Tensor:
        """Gather what each finding needs, (batch, findings, width).

        Parameters
        ----------
        tokens
            *Shape:* (batch, tokens, width)
        usable
            False for tokens of missing inputs.
            *Shape:* (batch, tokens)
        """
        n_looks = self.queries.shape[1]
        keys, values = self.keys_values(self.norm(tokens)).unflatten(-1, (2, n_looks, -1)).unbind(2)
        scores = torch.einsum("flw,btlw->bflt", self.queries, keys)
        weights = scores.masked_fill(~usable[:, None, None], float("-inf")).softmax(-1)
        gathered = torch.einsum("bflt,btlw->bflw", weights, values).flatten(2)
        features: Tensor = self.out(gathered)
        return features


class Comparison(nn.Module):
    """What a level's features are beside those of its study's other levels, as readers compare discs.

    How they differ from the mean of the study, from the level above and from the level below is added to them, each
    zero where there is no such level.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.LayerNorm(4 * width), nn.Linear(4 * width, width), nn.GELU(), nn.Linear(width, width)
        )

    def forward(self, features: Tensor, study: Tensor, level: Tensor) -> Tensor:
        """Return compared features.

        Parameters
        ----------
        features
            *Shape:* (levels, findings, width)
        study
            Equal for levels of one study.
            *Shape:* (levels,)
        level
            Index in `heads.LEVELS`, cranial to caudal.
            *Shape:* (levels,)

        Returns
        -------
        *Shape:* (levels, findings, width)
        """
        same = study[:, None] == study
        down = level - level[:, None]
        differences = [_less_mean_of(others, features) for others in (same, same & (down == -1), same & (down == 1))]
        compared: Tensor = features + self.change(torch.cat([features, *differences], dim=-1))
        return compared


def _less_mean_of(others: Tensor, features: Tensor) -> Tensor:
    """Return features less the mean of some levels for each level, zero where there are none.

    Shapes: (levels, levels) and (levels, findings, width) to (levels, findings, width)
    """
    count = others.sum(dim=1)
    shares = others.to(features.dtype) / count.clamp_min(1)[:, None]
    difference = features - torch.einsum("ij,jfw->ifw", shares, features)
    return torch.where(count[:, None, None] > 0, difference, torch.zeros_like(difference))


class Encoded(NamedTuple):
    """Inputs of levels, encoded; (batch, slices, rows, columns, width) each.

    Attributes
    ----------
    sagittal
        Of T1 and T2 together.
    axial, axial_mirrored
        As they are, and of the patient mirrored; None where no level has one.
    """

    sagittal: Tensor
    axial: Tensor | None
    axial_mirrored: Tensor | None

    def rows(self, chosen: Sequence[int]) -> Encoded:
        """Return some of the levels, or one several times."""
        axial, mirrored = (None if one is None else one[list(chosen)] for one in (self.axial, self.axial_mirrored))
        return Encoded(self.sagittal[list(chosen)], axial, mirrored)


class GradingNetwork(nn.Module):
    """Crops of a level to scores for each finding and side.

    Parameters
    ----------
    findings
        What to grade.
    encoder
        `small`, `spine`, `resnet18_half` or the name of a timm backbone.
    width
        Of tokens; a multiple of 4.
    ordinal
        Whether ordinal findings have cumulative-link heads, or with `corn` conditional ones.
    side_embedding
        Whether a head may know which side it answers for. Off, mirroring a patient exactly swaps the answers.
    compare
        Whether a level is seen beside its study's other levels, as far as they are in the batch.
    dropout
        Share of features dropped before the heads while training.

    Raises
    ------
    ConfigError
        When `width` is no multiple of 4.
    """

    def __init__(
        self,
        findings: Sequence[Finding],
        *,
        encoder: str = SMALL,
        width: int = 96,
        ordinal: Ordinal = False,
        side_embedding: bool = False,
        compare: bool = False,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if width < 1 or width % N_LOOKS:
            raise ConfigError(f"width must be a multiple of {N_LOOKS}, 96 for example, got {width}")
        self.findings = tuple(findings)
        self.sagittal = Branch(encoder, len(SAGITTAL_INPUTS), width, axes=(RIGHT_LEFT, HEAD_FOOT, FRONT_BACK))
        self.axial = Branch(encoder, len(AXIAL_INPUTS), width, axes=(HEAD_FOOT, FRONT_BACK, RIGHT_LEFT))
        self.nothing = nn.Parameter(torch.zeros(width))
        self.attention = FindingAttention(len(self.findings), width)
        self.comparison = Comparison(width) if compare else None
        self.level = nn.Embedding(len(LEVELS), width)
        self.side = nn.Embedding(2, width) if side_embedding else None
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleDict({finding.name: make_head(finding, width, ordinal=ordinal) for finding in findings})
        nn.init.normal_(self.level.weight, std=0.02)

    def forward(self, batch: LevelBatch) -> dict[str, Tensor]:
        """Return scores before softmax for each target by name; (batch, grades) each."""
        return self.answer(batch, self.encode(batch))

    def encode(self, batch: LevelBatch) -> Encoded:
        """Encode the crops of all inputs; sagittal slices of the mirrored patient only change places."""
        sagittal = self.sagittal.features(batch.sagittal)
        if not batch.present[:, len(SAGITTAL_INPUTS) :].any():
            return Encoded(sagittal, None, None)
        return Encoded(sagittal, self.axial.features(batch.axial), self.axial.features(batch.axial.flip(-1)))

    def answer(self, batch: LevelBatch, encoded: Encoded) -> dict[str, Tensor]:
        """Return what `forward` does, from those encoded inputs that `batch.present` leaves."""
        right = self._look(batch, encoded, mirrored=False)
        left = self._look(batch, encoded, mirrored=True)
        scores: dict[str, Tensor] = {}
        for index, finding in enumerate(self.findings):
            head = self.heads[finding.name]
            on_right, on_left = head(right[:, index]), head(left[:, index])
            if finding.lateral:
                scores[target_name((finding.name, Side.RIGHT))] = on_right
                scores[target_name((finding.name, Side.LEFT))] = on_left
            else:
                scores[finding.name] = (on_right + on_left) / 2
        return scores

    def _look(self, batch: LevelBatch, encoded: Encoded, *, mirrored: bool) -> Tensor:
        """Look at a level as it is or mirrored; returns what each finding gathered, (batch, findings, width)."""
        n_sagittal = len(SAGITTAL_INPUTS)
        on_sagittal, on_axial = batch.present[:, :n_sagittal], batch.present[:, n_sagittal:]
        tokens = [
            self.nothing.expand(len(batch.level), 1, -1),
            self.sagittal.tokens(encoded.sagittal, on_sagittal, mirrored=mirrored),
        ]
        there = [on_axial.new_ones(len(on_axial)), on_sagittal.any(1)]
        axial = encoded.axial_mirrored if mirrored else encoded.axial
        if axial is not None:
            # Flipped already: in the mirrored picture places are where they seem.
            tokens.append(self.axial.tokens(axial, on_axial, mirrored=False))
            there.append(on_axial.any(1))
        usable = torch.cat(
            [one[:, None].expand(-1, part.shape[1]) for one, part in zip(there, tokens, strict=True)], dim=1
        )
        features = self.attention(torch.cat(tokens, dim=1), usable)
        if self.comparison is not None:
            study = torch.arange(len(batch.level)) if batch.study is None else batch.study
            features = self.comparison(features, study.to(batch.level.device), batch.level)
        features = features + self.level(batch.level)[:, None]
        if self.side is not None:
            features = features + self.side.weight[int(mirrored)]
        gathered: Tensor = self.dropout(features)
        return gathered
