"""MXNet of 2020 on today's Python: what makes it import, on which device it computes, and its random generators."""
