"""Shards: uncompressed tar files in WebDataset's naming, written once, read by sample or streamed.

Tar keeps every file at a known offset, so a sample can be read by seeking (shuffled training that resumes exactly) and
a shard can be streamed from start to end (stock WebDataset). `SHARD.offsets.json` beside it notes where each file lies,
for readers that cannot look at all headers (object storage). Headers carry no time, user or host: the
same samples give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from deepspine.data.dataset.manifest import Manifest, Shard, StudyRecord
from deepspine.data.dataset.sample import Sample, decode, encode, study_of
from deepspine.data.dataset.storage import Folder, Location, read_range
from deepspine.data.errors import InputError

SHARD_BYTES = 128 * 2**20
"""A shard is closed when it reaches this size: large enough to stream, small enough to copy again."""
_BLOCK = 2**20


class ShardWriter:
    """Writes one shard and the offsets of its samples; neither is seen before it is whole."""

    def __init__(self, folder: Location, name: str, split: str) -> None:
        self._folder = Folder(folder)
        self._name = name
        self._split = split
        self._studies: list[StudyRecord] = []
        self._offsets: dict[str, list[tuple[str, int, int]]] = {}
        self._partial = self._folder.partial(name)
        self._file = self._partial.open("wb")
        # The headers of POSIX 1988, and of 2001 for names that are too long for those.
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - lives in the writer

    @property
    def is_full(self) -> bool:
        """Whether the shard has reached its size."""
        return self._tar.offset >= SHARD_BYTES

    @property
    def is_empty(self) -> bool:
        """Whether it holds no study."""
        return not self._studies

    def add(self, study: StudyRecord, samples: Sequence[Sample]) -> None:
        """Append the samples of one study, all of them or, when that is interrupted, none."""
        start = self._tar.offset
        offsets: dict[str, list[tuple[str, int, int]]] = {}
        try:
            for sample in samples:
                offsets[sample.key] = [self._append(sample.key, *file) for file in encode(sample).items()]
        except BaseException:
            self._cut(start)
            raise
        self._offsets |= offsets
        self._studies.append(study)

    def _append(self, key: str, extension: str, content: bytes) -> tuple[str, int, int]:
        """Append a file of a sample; return what its offsets note of it."""
        member = tarfile.TarInfo(f"{key}.{extension}")
        member.size = len(content)
        self._tar.addfile(member, io.BytesIO(content))
        blocks = -(-len(content) // tarfile.BLOCKSIZE)
        return extension, self._tar.offset - blocks * tarfile.BLOCKSIZE, len(content)

    def _cut(self, length: int) -> None:
        """Take back what was written after the first bytes."""
        self._file.seek(length)
        self._file.truncate()
        self._tar.offset = length

    def close(self) -> Shard:
        """Finish the shard and return its record."""
        self._end()
        shard = Shard(
            self._name, self._split, file_sha256(self._partial), self._partial.stat().st_size, tuple(self._studies)
        )
        self._folder.publish(self._partial, self._name)
        self._folder.write(offsets_name(self._name), json.dumps(self._offsets).encode())
        return shard

    def discard(self) -> None:
        """Remove what was written."""
        self._end()
        self._folder.discard(self._partial)

    def _end(self) -> None:
        self._tar.close()
        self._file.close()

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.discard()


@dataclass(frozen=True)
class StoredSample:
    """Where a sample lies: the shard (a path, or a URL), and offset and size of each of its files by extension."""

    shard: Location
    key: str
    files: tuple[tuple[str, int, int], ...]

    @property
    def study_key(self) -> str:
        """Of the study that the sample is a level of."""
        return study_of(self.key)

    def read(self) -> Sample:
        """Read the sample.

        Raises
        ------
        InputError
            When the shard is missing or damaged.
        """
        return decode(self.read_files())

    def read_without_crops(self) -> Sample:
        """Read what the sample says, its labels above all, and leave its pictures.

        Raises
        ------
        InputError
            When the shard is missing or damaged.
        """
        return decode(self._read(tuple(file for file in self.files if file[0] == "json")))

    def read_files(self) -> dict[str, bytes]:
        """Return the sample's files by extension; from object storage with one request.

        Raises
        ------
        InputError
            When the shard is missing.
        """
        return self._read(self.files)

    def _read(self, files: Sequence[tuple[str, int, int]]) -> dict[str, bytes]:
        if isinstance(self.shard, str):
            start = min((offset for _, offset, _ in files), default=0)
            content = read_range(self.shard, start, max((offset + size for _, offset, size in files), default=0))
            return {name: content[offset - start : offset - start + size] for name, offset, size in files}
        try:
            with self.shard.open("rb") as file:
                return {extension: _read_at(file, offset, size) for extension, offset, size in files}
        except OSError as error:
            raise InputError(f"{self.shard}: cannot be read: {error.strerror}") from None


def stored_samples(folder: Location, split: str = "all", manifest: Manifest | None = None) -> list[StoredSample]:
    """Return where the samples of a split lie, in the order of the shards.

    Parameters
    ----------
    folder
        Of the dataset: a path, or a URL of object storage.

    Raises
    ------
    InputError
        When the folder is no dataset, a shard is missing, or the split has no samples.
    """
    manifest = manifest or Manifest.read(folder)
    place = Folder(folder)
    found = [sample for shard in manifest.of_split(split) for sample in _samples_of(place, shard.name)]
    if not found:
        counts = ", ".join(f"{name} {n['samples']}" for name, n in manifest.counts().items()) or "nothing"
        raise InputError(f"{place}: no samples in the split {split!r}; the dataset holds {counts}")
    return found


def offsets_name(shard: str) -> str:
    """Return the name of the file that tells where the samples of a shard lie.

    Examples
    --------
    >>> offsets_name("train-00000.tar")
    'train-00000.offsets.json'
    """
    return f"{shard.removesuffix('.tar')}.offsets.json"


def _samples_of(folder: Folder, shard: str) -> Iterator[StoredSample]:
    """Yield the samples of a shard, from its headers on disk; in object storage these would be a request each."""
    if folder.url and folder.exists(offsets_name(shard)):
        offsets = read_offsets(folder, shard)
    else:
        with folder.on_disk(shard) as path:
            offsets = scan_offsets(path)
    location = folder.file(shard)
    return (StoredSample(location, key, tuple(files)) for key, files in offsets.items())


def read_offsets(folder: Folder, shard: str) -> dict[str, list[tuple[str, int, int]]]:
    """Return the files of each sample of a shard (extension, offset, size), as they were noted when it was written.

    Raises
    ------
    InputError
        When the note is damaged.
    """
    try:
        noted = json.loads(folder.read(offsets_name(shard)))
        return {key: [(str(name), int(at), int(size)) for name, at, size in files] for key, files in noted.items()}
    except (ValueError, TypeError, AttributeError):
        raise InputError(f"{folder}: {offsets_name(shard)} is damaged; remove it, or copy it again") from None


def scan_offsets(path: Path) -> dict[str, list[tuple[str, int, int]]]:
    """Return the same from the headers of the shard itself.

    Raises
    ------
    InputError
        When the shard is missing or no tar file.
    """
    files: dict[str, list[tuple[str, int, int]]] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                key, _, extension = member.name.partition(".")
                files.setdefault(key, []).append((extension, member.offset_data, member.size))
    except (OSError, tarfile.TarError) as error:
        raise InputError(f"{path}: is missing or no tar file ({type(error).__name__}); run `deepspine check`") from None
    return files


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
