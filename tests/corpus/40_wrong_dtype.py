# exercise: stable_softmax
# verdict: wrong
# earned: 0
# why: returns truth values


def stable_softmax(Z):
    return (npx.softmax(Z) > 0).astype("bool")
