"""One DICOM data set, de-identified: identifiers replaced, dates shifted, the rest of what the profile names removed.

dicognito replaces UIDs and ids and shifts dates, by a secret: consistent over files, series, studies and runs. What it
leaves, the basic profile's table removes; private tags go; and a last look empties any text in which a name, number or
birth date of the patient still stands. Pixels, geometry and sequence parameters are not touched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from deepspine.data.deidentify.basic_profile import (
    CLEANED,
    DUMMIES,
    KEPT_AS_PSEUDONYM,
    KEPT_WITH_MODIFIED_DATES,
    action_of,
)
from deepspine.data.deidentify.sequence_words import clean_description
from deepspine.data.extras import needs_extra

PREFIX = "DS"
"""Pseudonyms of ids begin with it, so that `check` knows them: `DS` and ten capitals or digits."""
PSEUDONYM = re.compile(rf"{PREFIX}[A-Z0-9]{{10}}")
PSEUDONYMOUS_UID = re.compile(r"2\.1\d{39}")
"""Of dicognito: a number of 128 bits, with 10^39 added."""
MODIFIED = "MODIFIED"
PROFILE_CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113105", "Clean Descriptors Option"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
)
"""What was done, in the words of the standard (PS3.16, CID 7050)."""
MIN_TOLD = 3
"""Shorter parts of names and ids stand in ordinary words as well."""
_WORD = re.compile(r"[^\W_]+")
_TEXTS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
"""Values that people type, code strings among them: some scanners let these be typed as well."""
_CODES = frozenset({
    "ImageType", "Laterality", "Modality", "MRAcquisitionType", "PatientPosition", "PhotometricInterpretation",
    "ScanningSequence", "SequenceVariant",
})  # fmt: skip
"""Code strings that a scanner sets by itself."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"})
_IDENTIFYING = (
    "PatientID", "PatientName", "PatientBirthDate", "AccessionNumber", "OtherPatientIDs", "OtherPatientNames",
    "PatientBirthName", "PatientMotherBirthName", "PatientAddress", "PatientTelephoneNumbers", "InstitutionName",
    "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "NameOfPhysiciansReadingStudy", "StudyID",
)  # fmt: skip
_REQUIRED_EMPTY = (
    "PatientBirthDate", "PatientSex", "ReferringPhysicianName", "StudyDate", "StudyTime", "AccessionNumber", "StudyID",
)  # fmt: skip
"""Type 2 attributes of an MR image: they must be there, and may be empty."""


class Pseudonymizer:
    """De-identifies data sets, consistently for one secret.

    Parameters
    ----------
    secret
        See `secret.read_secret`.

    Raises
    ------
    ConfigError
        When dicognito is not installed.
    """

    def __init__(self, secret: str) -> None:
        with needs_extra("deidentify", "de-identification"):
            from dicognito.anonymizer import Anonymizer
        self._anonymizer = Anonymizer(id_prefix=PREFIX, seed=secret)

    def report_id(self, report_id: str) -> str:
        """Return the pseudonym of an accession number, as `deidentify` puts it into the pictures."""
        from pydicom.dataset import Dataset, FileMetaDataset

        data = Dataset()
        data.file_meta = FileMetaDataset()
        data.AccessionNumber = report_id
        self._anonymizer.anonymize(data)
        return str(data.AccessionNumber)

    def deidentify(self, data: Any) -> None:
        """De-identify a pydicom data set with file meta information, in place.

        Identifiers are those of this data set and of all items of its sequences.
        """
        values, words = _told(data)
        data.remove_private_tags()
        _prepare(data)
        self._anonymizer.anonymize(data)
        _apply_profile(data)
        data.PatientName = data.PatientID
        _blank_told(data, values, words)
        for keyword in _REQUIRED_EMPTY:
            if keyword not in data:
                setattr(data, keyword, "")
        _declare(data)
        _clean_file_meta(data)


def elements(data: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each element of a data set with the data set or item that holds it, items of sequences before others."""
    for element in list(data):
        if element.VR == "SQ":
            for item in element.value or ():
                yield from elements(item)
        yield data, element


def _prepare(data: Any) -> None:
    """Make a data set one that dicognito takes: ids that are there, and dates that are dates."""
    # Without an id dicognito would make one patient of all.
    patient = str(data.get("PatientID") or "").strip()
    data.PatientID = patient or f"study:{data.StudyInstanceUID}"
    for holder, element in elements(data):
        empty_id = element.keyword in KEPT_AS_PSEUDONYM and not str(element.value or "").strip()
        if empty_id or not _is_date_or_other(element):
            del holder[element.tag]
        elif element.keyword == "AccessionNumber":
            element.value = str(element.value).strip()


def _is_date_or_other(element: Any) -> bool:
    if element.VR not in ("DA", "DT") or not element.value:
        return True
    values = [element.value] if isinstance(element.value, str) else list(element.value)
    for value in values:
        try:
            datetime.strptime(str(value).replace(".", "")[:8], "%Y%m%d")
        except ValueError:
            return False
    return True


def _apply_profile(data: Any) -> None:
    for holder, element in elements(data):
        action = action_of(element.tag)
        if not action or element.keyword in KEPT_AS_PSEUDONYM or action == "U":
            continue
        if element.keyword in KEPT_WITH_MODIFIED_DATES and element.value and _has_date(holder, element.keyword):
            continue
        if element.keyword == CLEANED:
            element.value = clean_description(str(element.value or ""))
        elif element.keyword in DUMMIES and element.value:
            element.value = DUMMIES[element.keyword]
        elif action.startswith("Z") and element.VR != "SQ":
            element.value = ""
        else:
            del holder[element.tag]


def _has_date(holder: Any, keyword: str) -> bool:
    """Whether a time stands beside its date: only then it was shifted with it."""
    return not keyword.endswith("Time") or keyword.endswith("DateTime") or bool(holder.get(keyword[:-4] + "Date"))


def _told(data: Any) -> tuple[set[str], set[str]]:
    """Return what names the patient or those who took care of them: whole values, and words of names; lower case."""
    values: set[str] = set()
    words: set[str] = set()
    for _, element in elements(data):
        if element.keyword in _IDENTIFYING and element.value:
            text = str(element.value).lower()
            values.add(text)
            words.update(word for form in _spellings(text) for word in _WORD.findall(form))
    return {text for text in values if len(text) >= MIN_TOLD}, {word for word in words if len(word) >= MIN_TOLD}


def _blank_told(data: Any, values: set[str], words: set[str]) -> None:
    """Empty texts that the profile does not name, and in which a name or number stands none the less."""
    for _, element in elements(data):
        kept = element.keyword in KEPT_AS_PSEUDONYM or element.keyword == CLEANED or element.keyword in _CODES
        if element.VR in _TEXTS and not kept and element.value:
            text = str(element.value).lower()
            spoken = {word for form in _spellings(text) for word in _WORD.findall(form)}
            if not words.isdisjoint(spoken) or any(value in text for value in values):
                element.value = ""


def _spellings(text: str) -> tuple[str, str, str]:
    """Return a text in lower case, with umlauts written out, and without any accents."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return text, text.translate(_UMLAUTS), plain


def _declare(data: Any) -> None:
    from pydicom.dataset import Dataset

    codes = []
    for value, meaning in PROFILE_CODES:
        code = Dataset()
        code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
        codes.append(code)
    data.PatientIdentityRemoved = "YES"
    data.DeidentificationMethod = ["deepspine", "dicognito"]
    data.DeidentificationMethodCodeSequence = codes
    data.LongitudinalTemporalInformationModified = MODIFIED


def _clean_file_meta(data: Any) -> None:
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    for element in list(data.file_meta):
        if element.keyword != "TransferSyntaxUID":
            del data.file_meta[element.tag]
    if "TransferSyntaxUID" not in data.file_meta:
        implicit, little = data.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.preamble = b"\0" * 128
