# exercise: stable_softmax
# verdict: wrong
# earned: 0
# why: returns the right numbers once for each row, which broadcasting would accept


def stable_softmax(Z):
    return np.stack([npx.softmax(Z)] * 2)
