"""Write marks back into what learning platforms export: gradebooks of Canvas and Moodle, and feedback as an archive.

``sheet`` keeps every character of a table that is not changed. ``canvas`` and ``moodle`` know the platforms' tables,
``template`` says what a table is, ``students`` who is who, ``columns`` which column is which assignment's; ``fill``
writes the marks, and ``said`` says what became of each. ``feedback_archive`` packs the feedback pages for Moodle.
"""
