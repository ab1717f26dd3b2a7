"""Which licence each public data set is under, for the cards of what was trained on it.

Only sets named here may train weights that ship; your own files train weights of your own.
"""

from __future__ import annotations

__all__ = ["MEASURED", "SOURCES", "measured_only"]

SOURCES: dict[str, str] = {
    "adaptive_rag_labels": "Adaptive-RAG silver labels, Apache-2.0",
    "answer_equivalence": "EVOUNA, Apache-2.0; NQ301, MIT",
    "clapnq": "ClapNQ, Apache-2.0; text of Wikipedia, CC BY-SA 3.0",
    "cmrc2018_zh": "CMRC 2018, CC BY-SA 4.0",
    "covid_qa": "COVID-QA, Apache-2.0",
    "faithfulness": "WiCE, ODC-BY; BEGIN, CC BY 3.0",
    "fanoutqa": "FanOutQA, CC BY-SA 4.0",
    "frames": "FRAMES, Apache-2.0",
    "longdoc_qa": "SQuALITY, CC BY 4.0; QMSum, MIT",
    "morehopqa": "MoreHopQA, CC BY 4.0",
    "multihop": "HotpotQA, CC BY-SA 4.0; 2WikiMultihopQA, Apache-2.0; MuSiQue, CC BY 4.0",
    "nq_open": "NQ-open and EfficientQA, CC BY-SA 3.0",
    "pubmedqa": "PubMedQA, MIT",
    "qed_nq": "QED, CC BY-SA 3.0",
    "query_wellformedness": "query well-formedness, CC BY-SA 4.0",
    "sentences_golden_rules": "golden rules of pySBD, MIT",
    "sentences_ud": "Universal Dependencies English EWT, CC BY-SA 4.0",
    "snli": "SNLI, CC BY-SA 4.0",
    "spider_dev": "Spider, CC BY-SA 4.0",
    "squad": "SQuAD 1.1, CC BY-SA 4.0",
    "squad2_dev_half": "SQuAD 2.0, CC BY-SA 4.0",
    "squadshifts": "SQuADShifts, CC BY 4.0",
    "strategyqa": "StrategyQA, MIT",
    "tatqa": "TAT-QA, CC BY 4.0",
    "text_pairs": "STS-B, CC BY-SA 4.0",
    "xquad": "XQuAD, CC BY-SA 4.0",
}
"""Folder of the set to what the card says."""

MEASURED: dict[str, str] = {
    "segmentation_choi": "Choi's segmentation data (research only)",
    "segmentation_gum": "GUM (partly non-commercial)",
    "sentences_ud/gum": "Universal Dependencies English GUM, CC BY-NC-SA 4.0",
}
"""Sets whose licence lets one measure but not train what ships: every record of theirs is held out."""


def measured_only(name: str) -> bool:
    """Whether a set, named as `rag.training.records.named` does, is only measured on."""
    return name.startswith(tuple(MEASURED))
