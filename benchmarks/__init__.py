"""The project's figures, measured: ``python -m benchmarks training`` and ``grading``."""
