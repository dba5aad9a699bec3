# exercise: stable_softmax
# verdict: timeout
# earned: 0
# why: loops before it defines anything

while True:
    pass


def stable_softmax(Z):
    return npx.softmax(Z)
