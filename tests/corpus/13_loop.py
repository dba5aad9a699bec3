# exercise: stable_softmax
# verdict: timeout
# earned: 0
# why: does not end


def stable_softmax(Z):
    while True:
        pass
