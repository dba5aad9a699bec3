import pytest

from d2l_authoring.prose import check_prose
from d2l_helpers.records import METRICS_TYPE


def findings(chapter, prose):
    chapter.cells[3].source = prose
    return check_prose(chapter)


@pytest.mark.parametrize(
    "prose",
    [
        "no number at all <!-- a remark of several words -->",
        "**83.0%**<!--test_acc-->",
        "83%<!--test_acc-->",
        "`0.8298`<!--test_acc-->",
        "__82.98 %__ <!-- test_acc -->",
        "from 0.79<!--loss[0]--> to *0.571*<!--loss[1]-->, that is 0.6<!--loss[-1]-->",
        "between 82.5-83.0%<!--test_acc-->",
    ],
)
def test_a_true_number_passes_however_it_is_set(chapter, prose):
    assert findings(chapter, prose) == []


@pytest.mark.parametrize(
    ("prose", "message"),
    [
        ("**83.7%**<!--test_acc-->", "prose says 83.7%, but test_acc is recorded as 82.98%"),
        ("83.0<!--test_acc-->", "prose says 83.0, but test_acc is recorded as 0.8298"),
        ("\N{MINUS SIGN}0.83<!--test_acc-->", "prose says \N{MINUS SIGN}0.83, but test_acc is recorded as 0.8298"),
        ("0.57<!--loss[0]-->", "prose says 0.57, but loss[0] is recorded as 0.7866"),
        ("0.57<!--loss[\N{MINUS SIGN}2]-->", "prose says 0.57, but loss[\N{MINUS SIGN}2] is recorded as 0.7866"),
        ("0.57<!--loss[2]-->", "prose quotes loss[2], but loss is a list: choose from loss[0] to loss[1]"),
        ("0.57<!--loss[-3]-->", "prose quotes loss[-3], but loss is a list: choose from loss[0] to loss[1]"),
        ("0.57<!--loss-->", "prose quotes loss, but loss is a list: choose from loss[0] to loss[1]"),
        ("0.83<!--test_acc[0]-->", "prose quotes test_acc[0], but test_acc is one number"),
        ("0.83<!--train_acc-->", "prose quotes train_acc, which no cell records"),
        (
            "83,0 percent<!--test_acc-->",
            "no number stands before <!--test_acc-->; write it as in **83.0%**<!--test_acc-->",
        ),
        ("1,83.0%<!--test_acc-->", "no number stands before <!--test_acc-->; write it as in **83.0%**<!--test_acc-->"),
    ],
)
def test_a_false_number_is_found(chapter, prose, message):
    assert findings(chapter, prose) == [f"result: {message}"]


def test_every_false_number_of_a_cell_is_found(chapter):
    assert len(findings(chapter, "1%<!--test_acc--> 2%<!--test_acc-->")) == 2


def test_a_name_recorded_with_two_values_is_found(chapter):
    again = chapter.cells[1]
    again.outputs = [dict(chapter.cells[2].outputs[0])]
    assert check_prose(chapter) == []
    again.outputs = [
        {"output_type": "display_data", "data": {METRICS_TYPE: {"test_acc": {"value": 1, "tolerance": 0}}}}
    ]
    assert check_prose(chapter)[0].startswith("train-the-model: test_acc is recorded a second time")


def test_a_malformed_record_is_found(chapter):
    chapter.cells[2].outputs[0].data[METRICS_TYPE]["test_acc"]["value"] = "0.83"
    found = check_prose(chapter)
    assert found[0].startswith("train-the-model: The metric 'test_acc' cannot be recorded or compared: got '0.83'")
    assert found[1] == "result: prose quotes test_acc, which no cell records"
