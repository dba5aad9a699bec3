# exercise: stable_softmax
# verdict: right
# earned: 2
# why: installs packages and asks for help; the answer is right

!pip install torch
%matplotlib inline
?npx.softmax


def stable_softmax(Z):
    return npx.softmax(Z)
