"""Random pictures of the same anatomy: place, resolution and above all contrast.

One network is to serve T1, T2, STIR and gradient echo, of which it saw only two; so grey levels are redrawn by random
curves, not only stretched (the idea of SynthSeg, Billot 2023, kept to real textures).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from deepspine.segmentation.inference import HIGH_QUANTILE, LOW_QUANTILE, SAMPLED_PIXELS


def normalise(pixels: Tensor) -> Tensor:
    """Map grey levels of any range to [0, 1], each sample by quantiles of its own.

    Parameters
    ----------
    pixels
        *Shape:* (channels, rows, columns)

    Returns
    -------
    *Shape:* as `pixels`
    """
    flat = pixels.flatten()
    step = max(flat.numel() // SAMPLED_PIXELS, 1)
    low, high = torch.quantile(flat[::step], torch.tensor([LOW_QUANTILE, HIGH_QUANTILE]))
    scaled: Tensor = (pixels - low) / (high - low).clamp_min(1e-6)
    return scaled.clamp(0.0, 1.0)


@dataclass(frozen=True)
class Augmentation:
    """How far pictures are changed.

    Attributes
    ----------
    size
        Rows and columns of the result.
    max_turn_deg, scale_sd, stretch_sd, max_shift
        Rotation; standard deviations of the logarithm of the scale and of the aspect; shift as a share of `size`.
    contrast_probability
        Of a random curve in place of the picture's own contrast.
    """

    size: int = 288
    max_turn_deg: float = 14.0
    scale_sd: float = 0.16
    stretch_sd: float = 0.08
    max_shift: float = 0.12
    contrast_probability: float = 0.5

    def __call__(
        self, pixels: Tensor, allowed: Tensor, generator: torch.Generator, *, zoom: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """Return a changed sample.

        Parameters
        ----------
        pixels
            *Shape:* (3, rows, columns)
        allowed
            Sets of classes as bits, uint8.
            *Shape:* (rows, columns)
        zoom
            Pixels of the result for each pixel of the sample, before the random scale.

        Returns
        -------
        Pixels in [0, 1] and sets; outside of the picture zero, and background.
            *Shape:* (3, size, size) and (size, size)
        """
        turned, sets = self._sampled(pixels, allowed, self._random_affine(pixels.shape[1:], zoom, generator))
        return self._random_grey(normalise(turned), generator), sets

    def centred(self, pixels: Tensor, allowed: Tensor, *, zoom: float = 1.0) -> tuple[Tensor, Tensor]:
        """Return the middle of a sample as it is, at the size and zoom that a changed one has."""
        rows, columns = pixels.shape[1:]
        affine = torch.tensor([[self.size / columns / zoom, 0.0, 0.0], [0.0, self.size / rows / zoom, 0.0]])
        middle, sets = self._sampled(pixels, allowed, affine)
        return normalise(middle), sets

    def _sampled(self, pixels: Tensor, allowed: Tensor, affine: Tensor) -> tuple[Tensor, Tensor]:
        grid = functional.affine_grid(affine[None], [1, 1, self.size, self.size], align_corners=False)
        turned = functional.grid_sample(pixels[None], grid, align_corners=False)[0]
        # One more than the bits, so that the zero of the border is told from every label.
        labels = functional.grid_sample(allowed[None, None].float() + 1, grid, mode="nearest", align_corners=False)
        sets = labels[0, 0].to(torch.int16) - 1
        return turned, sets.where(sets >= 0, 1).to(torch.uint8)

    def _random_affine(self, shape: torch.Size, zoom: float, generator: torch.Generator) -> Tensor:
        rows, columns = shape
        turn = math.radians(_uniform(-self.max_turn_deg, self.max_turn_deg, generator))
        scale = zoom * math.exp(_normal(self.scale_sd, generator))
        stretch = math.exp(_normal(self.stretch_sd, generator))
        shift_x, shift_y = (_uniform(-self.max_shift, self.max_shift, generator) for _ in range(2))
        # From output coordinates in [-1, 1] to pixels, turned and scaled, to input coordinates in [-1, 1].
        x_scale, y_scale = self.size / columns / (scale * stretch), self.size / rows / scale * stretch
        cos, sin = math.cos(turn), math.sin(turn)
        return torch.tensor(
            [
                [cos * x_scale, -sin * x_scale, 2 * shift_x * x_scale],
                [sin * y_scale, cos * y_scale, 2 * shift_y * y_scale],
            ]
        )

    def _random_grey(self, pixels: Tensor, generator: torch.Generator) -> Tensor:
        if _chance(0.3, generator):
            pixels = pixels[1:2].expand(3, -1, -1)
        if _chance(0.3, generator):
            pixels = _coarsen(pixels, _uniform(1.3, 2.6, generator))
        if _chance(self.contrast_probability, generator):
            pixels = _random_curve(pixels, generator)
        pixels = pixels.clamp(0, 1) ** math.exp(_uniform(-0.7, 0.7, generator))
        if _chance(0.5, generator):
            pixels = pixels * _bias_field(pixels.shape[1:], generator)
        if _chance(0.5, generator):
            noise = torch.randn(pixels.shape, generator=generator)
            pixels = (pixels + noise * _uniform(0.0, 0.08, generator)).abs()
        return normalise(pixels)


def _random_curve(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Redraw grey levels by a piecewise linear curve through random values, rising, falling or neither."""
    n_knots = 5
    values = torch.rand(n_knots, generator=generator)
    kind = _uniform(0, 1, generator)
    if kind < 0.5:
        values = values.cumsum(0)
    elif kind < 0.65:
        values = values.cumsum(0).flip(0)
    # Air stays dark: in every contrast the background is.
    values = torch.cat([torch.zeros(1), values / values.max().clamp_min(1e-3)])
    position = pixels.clamp(0, 1) * n_knots
    index = position.floor().clamp(max=n_knots - 1).long()
    return torch.lerp(values[index], values[index + 1], position - index)


def _bias_field(shape: torch.Size, generator: torch.Generator) -> Tensor:
    coarse = torch.randn(1, 1, 4, 4, generator=generator) * _uniform(0.1, 0.5, generator)
    return functional.interpolate(coarse, size=tuple(shape), mode="bicubic", align_corners=False)[0].exp()


def _coarsen(pixels: Tensor, factor: float) -> Tensor:
    size = pixels.shape[1:]
    small = functional.interpolate(pixels[None], scale_factor=1 / factor, mode="area")
    return functional.interpolate(small, size=tuple(size), mode="bilinear", align_corners=False)[0]


def _uniform(low: float, high: float, generator: torch.Generator) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


def _normal(deviation: float, generator: torch.Generator) -> float:
    return float(torch.randn((), generator=generator).clamp(-2, 2)) * deviation


def _chance(probability: float, generator: torch.Generator) -> bool:
    return float(torch.rand((), generator=generator)) < probability
