"""Shards: uncompressed tar files in WebDataset's naming, written once, read by sample or streamed.

Tar keeps every file at a known offset, so a sample can be read by seeking (shuffled training that resumes exactly) and
a shard can be streamed from start to end (object storage, stock WebDataset). Headers carry no time, user or host: the
same samples give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from deepspine.data.dataset.manifest import Manifest, Shard, StudyRecord
from deepspine.data.dataset.sample import Sample, decode, encode
from deepspine.data.errors import InputError

SHARD_BYTES = 128 * 2**20
"""A shard is closed when it reaches this size: large enough to stream, small enough to copy again."""
_BLOCK = 2**20


class ShardWriter:
    """Writes one shard; under a `.part` name until it is complete."""

    def __init__(self, folder: Path, name: str, split: str) -> None:
        self._path = folder / name
        self._split = split
        self._studies: list[StudyRecord] = []
        self._partial = self._path.with_name(f"{name}.part")
        self._tar = tarfile.open(self._partial, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115 - lives in the writer

    @property
    def is_full(self) -> bool:
        """Whether the shard has reached its size."""
        return self._tar.offset >= SHARD_BYTES

    def add(self, study: StudyRecord, samples: Sequence[Sample]) -> None:
        """Append the samples of one study."""
        for sample in samples:
            for extension, content in encode(sample).items():
                member = tarfile.TarInfo(f"{sample.key}.{extension}")
                member.size = len(content)
                self._tar.addfile(member, io.BytesIO(content))
        self._studies.append(study)

    def close(self) -> Shard:
        """Finish the shard and return its record."""
        self._tar.close()
        self._partial.replace(self._path)
        return Shard(
            self._path.name, self._split, file_sha256(self._path), self._path.stat().st_size, tuple(self._studies)
        )

    def discard(self) -> None:
        """Remove what was written."""
        self._tar.close()
        self._partial.unlink(missing_ok=True)

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.discard()


@dataclass(frozen=True)
class StoredSample:
    """Where a sample lies: the shard's path, and offset and size of each of its files by extension."""

    path: Path
    key: str
    files: tuple[tuple[str, int, int], ...]

    def read(self) -> Sample:
        """Read the sample.

        Raises
        ------
        InputError
            When the shard is missing or damaged.
        """
        try:
            with self.path.open("rb") as file:
                return decode({extension: _read_at(file, offset, size) for extension, offset, size in self.files})
        except OSError as error:
            raise InputError(f"{self.path}: cannot be read: {error.strerror}") from None


def stored_samples(folder: Path, split: str = "all", manifest: Manifest | None = None) -> list[StoredSample]:
    """Return where the samples of a split lie, in the order of the shards.

    Raises
    ------
    InputError
        When the folder is no dataset, a shard is missing, or the split has no samples.
    """
    manifest = manifest or Manifest.read(folder)
    found = [sample for shard in manifest.of_split(split) for sample in _members(folder / shard.name)]
    if not found:
        counts = ", ".join(f"{name} {n['samples']}" for name, n in manifest.counts().items()) or "nothing"
        raise InputError(f"{folder}: no samples in the split {split!r}; the dataset holds {counts}")
    return found


def _members(path: Path) -> Iterator[StoredSample]:
    files: dict[str, list[tuple[str, int, int]]] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                key, _, extension = member.name.partition(".")
                files.setdefault(key, []).append((extension, member.offset_data, member.size))
    except (OSError, tarfile.TarError) as error:
        raise InputError(f"{path}: is missing or no tar file ({type(error).__name__}); run `deepspine check`") from None
    return (StoredSample(path, key, tuple(entries)) for key, entries in files.items())


def _read_at(file: io.BufferedReader, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
