# exercise: stable_softmax
# verdict: timeout
# earned: 0
# why: loops without end


def stable_softmax(Z):
    while True:
        pass
