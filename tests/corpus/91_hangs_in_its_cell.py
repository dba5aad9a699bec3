# exercise: stable_softmax
# verdict: timeout
# earned: 0
# why: does not come to its definition

while True:
    pass


def stable_softmax(Z):
    return npx.softmax(Z)
