"""A de-identified copy of an archive: MR pictures alone, in folders named by keys.

```
DST/PATIENT/STUDY/SERIES/INSTANCE.dcm
DST/copy.json
```
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from deepspine.data.csv_rows import csv_text
from deepspine.data.deidentify.pseudonyms import Pseudonymizer
from deepspine.data.deidentify.secret import keyed
from deepspine.data.dicom.discovery import find_candidates, open_candidate
from deepspine.data.dicom.headers import MR_PICTURES, NotForUsError, pseudonymous_key, read_instance
from deepspine.data.dicom.parse_errors import PARSE_ERRORS
from deepspine.data.dicom.parsing import lenient
from deepspine.data.errors import ConfigError, DeepspineError, InputError
from deepspine.data.label_table import LabelTable
from deepspine.data.provenance import provenance
from deepspine.data.rejects import Rejects
from deepspine.data.whole_files import whole_file, write_whole

RECORD_FILE = "copy.json"
KEY_TABLE_COLUMNS = ("kind", "original", "pseudonym")


@dataclass
class CopyResult:
    """What was copied.

    Attributes
    ----------
    copied
        Files written.
    passed_over
        Sound files that are no MR pictures, counted by reason.
    patients, studies
        Pseudonyms by original identifier: patient id, accession number.
    rejects
        Files that could not be copied. Their names may identify someone: this list does not go with the copy.
    places
        Files of the copy, relative to it.
    """

    copied: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    patients: dict[str, str] = field(default_factory=dict)
    studies: dict[str, str] = field(default_factory=dict)
    rejects: Rejects = field(default_factory=Rejects)
    places: set[Path] = field(default_factory=set)

    def write_key_table(self, path: Path) -> None:
        """Write which pseudonym stands for which identifier; as confidential as the archive itself."""
        rows = [("patient", *pair) for pair in sorted(self.patients.items())]
        rows += [("report", *pair) for pair in sorted(self.studies.items())]
        with whole_file(path) as partial:
            partial.touch(mode=0o600)
            partial.write_text(csv_text(rows, KEY_TABLE_COLUMNS), encoding="utf-8")


def copy_deidentified(
    source: Path, out: Path, *, secret: str, advance: Callable[[float], None] = lambda n: None
) -> CopyResult:
    """Copy the MR pictures of an archive without what identifies people.

    Parameters
    ----------
    source
        Folder, zip or tar file of DICOM files in any arrangement.
    secret
        Pseudonyms follow from it: the same one gives the same files again.
    advance
        Called with the number of files done since its last call.

    Raises
    ------
    ConfigError
        When `out` lies in `source` or holds a copy made by another secret, or dicognito is not installed.
    InputError
        When the archive does not exist or holds no MR picture.
    """
    if out.resolve().is_relative_to(source.resolve()):
        raise ConfigError(f"{out} lies inside {source}; the copy must lie elsewhere")
    pseudonymizer = Pseudonymizer(secret)
    _claim(out, secret)
    result = CopyResult()
    folder = source if source.is_dir() else source.parent
    for candidate in find_candidates(source, reject=result.rejects.add):
        try:
            _copy(folder / candidate.path, candidate.size, out, pseudonymizer, result)
        except NotForUsError as error:
            result.passed_over[str(error)] += 1
        except DeepspineError as error:
            result.rejects.add(candidate.path, error)
        advance(1)
    if not result.copied:
        raise InputError(f"{source} holds no MR picture that could be copied; see `deepspine index`")
    return result


def _claim(out: Path, secret: str) -> None:
    """Note which secret the pseudonyms of a copy follow from, as a key that does not tell it."""
    mark = keyed(secret, RECORD_FILE)
    record = out / RECORD_FILE
    try:
        before = json.loads(record.read_text(encoding="utf-8"))["secret"]
    except FileNotFoundError:
        before = mark
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{record}: is no record of a copy; choose another folder") from None
    if before != mark:
        raise ConfigError(
            f"{out}: holds a copy whose pseudonyms follow from another secret, so that each patient would be there "
            "twice; give that secret, or choose another folder"
        )
    out.mkdir(parents=True, exist_ok=True)
    write_whole(record, json.dumps({"made_by": provenance(), "secret": mark}, indent=1) + "\n")


def pseudonymous_labels(labels: LabelTable, *, secret: str) -> LabelTable:
    """Return a label table whose report ids are the accession numbers of the copy."""
    return labels.with_report_ids(Pseudonymizer(secret).report_id)


def _copy(path: Path, size: int, out: Path, pseudonymizer: Pseudonymizer, result: CopyResult) -> None:
    from pydicom import dcmread

    try:
        with open_candidate(path) as stream, lenient():
            read_instance(stream, path=path.name, size=size)
            stream.seek(0)
            data = dcmread(stream, force=True)
            _refuse_pictures_of_text(data)
            patient, report = str(data.get("PatientID") or "").strip(), str(data.get("AccessionNumber") or "").strip()
            pseudonymizer.deidentify(data)
    except (*PARSE_ERRORS, OSError) as error:
        raise InputError(f"damaged DICOM file ({type(error).__name__})") from None
    place = _place(data)
    if place in result.places:
        raise InputError("duplicate: the same SOP instance as another file")
    content = _encoded(data)
    (out / place).parent.mkdir(parents=True, exist_ok=True)
    write_whole(out / place, content)
    result.places.add(place)
    result.copied += 1
    result.patients |= {patient: str(data.PatientID)} if patient else {}
    result.studies |= {report: str(data.AccessionNumber)} if report else {}


def _encoded(data: Any) -> bytes:
    """Return the bytes of a file: in memory first, so that a full disk is not taken for damage."""
    stream = BytesIO()
    try:
        data.save_as(stream, enforce_file_format=True)
    except PARSE_ERRORS as error:
        # Their texts may hold what the elements do.
        raise InputError(f"its pixels or elements are not what its header says ({type(error).__name__})") from None
    return stream.getvalue()


def _refuse_pictures_of_text(data: Any) -> None:
    # Other objects of the modality MR are captures of screens and reports.
    if str(data.get("SOPClassUID")) not in MR_PICTURES:
        raise NotForUsError("no MR image object; its pixels may spell a name")
    if data.get("BurnedInAnnotation") == "YES":
        raise NotForUsError("pixels with text (BurnedInAnnotation)")


def _place(data: Any) -> Path:
    """Return where a file of the copy lies, by the keys that an index of the copy gives."""
    series, instance = (pseudonymous_key(str(data[name].value)) for name in ("SeriesInstanceUID", "SOPInstanceUID"))
    return Path(str(data.PatientID), pseudonymous_key(str(data.StudyInstanceUID)), series, f"{instance}.dcm")
