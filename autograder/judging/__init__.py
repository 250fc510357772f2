"""From the bytes of a submission to its Evaluation: the notebook runs, hidden checks judge."""
