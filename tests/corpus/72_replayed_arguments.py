# exercise: stable_softmax
# verdict: wrong
# earned: 0
# why: returns the answer to an earlier call

asked = []


def stable_softmax(Z):
    asked.append(Z)
    return npx.softmax(asked[0]) * (len(asked) > 1)
