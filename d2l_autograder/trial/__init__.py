"""Try exercises against their key: solutions are right, wrong answers are refused, probes grant what they should."""
