"""DupMAE's pre-training of any BERT-shaped masked language model: `rag train dupmae`."""
