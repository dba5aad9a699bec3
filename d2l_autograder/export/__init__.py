"""Write marks back into what learning platforms export: gradebooks of Canvas and Moodle, and feedback as an archive.

``canvas`` and ``moodle`` know the platforms' tables, and ``template`` says what a table is. ``students`` finds each
student's row, ``columns`` each assignment's column; ``fill`` writes the marks, and ``summary`` says what became of
each. ``feedback_archive`` packs the feedback pages for Moodle.
"""
