"""MXNet of 2020 on today's Python: make it importable, choose its device, seed its random generators."""
