"""What can be said of DICOMweb without a server; the rest is in tests/services."""

from pathlib import Path

import pytest

from deepspine.data.dicom.web import fetch_studies
from deepspine.data.errors import InputError
from deepspine.data.rejects import Rejects


@pytest.mark.parametrize("url", ["pacs", "ftp://pacs.example/x"])
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="no address of a server"):
        fetch_studies(url, tmp_path, rejects=Rejects())
