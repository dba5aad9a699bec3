"""How cost grows with the size of the work: ``python -m benchmarks growth``, whose results docs/speed.md shows."""
