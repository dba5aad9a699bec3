"""nbgrader's gradebook: one transaction for each student, late penalties, and the notebooks that formgrader shows."""
