# exercise: stable_softmax
# verdict: memory
# earned: 0
# why: allocates memory without end


def stable_softmax(Z):
    kept = []
    while True:
        kept.append(b"x" * len(kept) + bytes([len(kept) % 256]) * 10**7)
