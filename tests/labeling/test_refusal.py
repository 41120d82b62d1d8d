"""Which texts the labeler leaves alone: reports in other languages, however short; never terse English ones."""

import pytest

from deepspine.labeling.lexicon import load_lexicon
from deepspine.labeling.refusal import NOT_ENGLISH, reason_to_refuse


@pytest.mark.parametrize("text", [
    "RM de columna lumbar. L4-L5: hernia discal con estenosis del canal moderada. L5-S1: protrusion discal sin "
    "compromiso radicular.",
    "Bandscheibenvorfall L4/5 mit Kompression der Nervenwurzel und Spinalkanalstenose, keine Instabilitaet",
    "Hernie discale L5-S1 avec sténose du canal, sans compression radiculaire.",
    "Ernia discale L4-L5 con stenosi del canale, senza compressione della radice.",
    "Hérnia discal L4-L5 com estenose moderada do canal, sem compressão radicular.",
    "Hernia L4-L5 met compressie van de wortel, zonder stenose van het kanaal.",
    "L4-L5: diskbråck utan rotpåverkan och utan spinal stenos.",
])  # fmt: skip
def test_a_sentence_of_another_language_is_refused(text: str) -> None:
    assert reason_to_refuse(text, load_lexicon()) == NOT_ENGLISH


@pytest.mark.parametrize("text", [
    "L4-5: mild bulge, no stenosis.",
    "Dr. de la Cruz / Dr. van der Berg. L4-5 bulge.",
    "L4-5 disc bulge; thecal sac indented, +ve nerve root contact. L5-S1 nil.",
    "MRI LS spine. Los Angeles. Mild DDD. No HNP.",
    "Cauda equina en bloc. Con. degen. changes L5-S1.",
    "Lumbar MRI, Las Vegas. Patient referred by Dr. Sin. There is a disc bulge at L4-5 with mild stenosis.",
])  # fmt: skip
def test_a_terse_english_report_with_foreign_names_is_read(text: str) -> None:
    assert reason_to_refuse(text, load_lexicon()) is None
