"""What learning platforms export, in small: made by hand after the platforms' documentation and source.

Canvas: "How do I export grades in the Gradebook?" and "How do I import grades in the Gradebook?" of its instructor
guide; the rows and columns follow ``lib/gradebook_exporter.rb``. Moodle: "Using Assignment", section "Offline grading
worksheet", and "Grade export"; the columns follow ``mod/assign/gradingtable.php`` and ``grade/export/txt``.
"""

from __future__ import annotations

from d2l_autograder.gradebook.totals import BookStudent, Total, Totals

SOFTMAX, REVIEW = "04_softmax_regression", "09_review"

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,04 Softmax Regression (1234),HW 9 (1235),"
    "Homework Current Points,Homework Final Points,Current Score,Unposted Current Score,Final Score\n"
    ",,,,,,Manual Posting,,,,,,\n"
    "    Points Possible,,,,,,11.00,32.00,(read only),(read only),(read only),(read only),(read only)\n"
    '"Lovelace, Ada",101,s01,ada,CS101,"sits ""in front"", left",,12.00,1,1,37.50,37.50,37.50\n'
    '"O\'Brien, Bob",102,s02,bob,"CS101, CS102",=1+1,7.00,,2,2,21.88,21.88,21.88\n'
    '"Müller, Zoë",103,0033,zoe,CS101,"two\nlines",EX,,3,3,,,\n'
    '"Doe, Jane",104,s04,jane,CS101,,N/A,,,,,,\n'
    '"Doe, Jane",105,s05,jane2,CS101,,,,,,,,\n'
    '"Nobody, Ned",106,s06,ned,CS101,,,,,,,,\n'
    '"Student, Test",199,,f00dfeed,CS101,,0.00,,,,,,\n'
)
WORKSHEET = (
    "Identifier,Full name,Email address,ID number,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 9001,Ada Lovelace,ada@example.org,s01,Submitted for grading - ,,100.00,Yes,"
    '"Monday, 2 March 2026, 4:05 PM",-,"<p>Well, ""done""\nAda</p>"\n'
    "Participant 9002,Bob O'Brien,bob@example.org,s02,Submitted for grading - ,55.00,100.00,No,"
    '"Monday, 2 March 2026, 4:05 PM",-,\n'
    "Participant 9003,Zoë Müller,zoe@example.org,0033,No submission - ,,100.00,Yes,-,-,\n"
    "Participant 9004,Jane Doe,jane@example.org,s04,No submission - ,,100.00,Yes,-,-,\n"
    "Participant 9005,Jane Doe,jane2@example.org,s05,No submission - ,,100.00,Yes,-,-,\n"
)
GRADEBOOK = (
    '"First name",Surname,"ID number",Institution,Department,"Email address",'
    '"Assignment: 04_softmax_regression (Real)",'
    '"Assignment: 04_softmax_regression (Percentage)","Quiz: One (Real)","Course total (Real)",'
    '"Last downloaded from this course"\n'
    "Ada,Lovelace,s01,,,ada@example.org,-,-,3.00,3.00,1772467200\n"
    "Bob,O'Brien,s02,,,bob@example.org,5.50,50.00 %,-,5.50,1772467200\n"
    "Zoë,Müller,0033,,,zoe@example.org,-,-,-,-,1772467200\n"
)


def book(marks=None, points=11.0, **students):
    """Return a gradebook: scores, or totals, of one assignment by the students' ids."""
    totals = {ident: mark if isinstance(mark, Total) else Total(float(mark)) for ident, mark in (marks or {}).items()}
    everybody = sorted({*totals, *students})
    return Totals(
        {SOFTMAX: points},
        tuple(students.get(ident, BookStudent(ident)) for ident in everybody),
        {(SOFTMAX, ident): total for ident, total in totals.items()},
    )
