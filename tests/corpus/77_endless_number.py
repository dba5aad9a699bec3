# exercise: most_symbols
# verdict: error
# earned: 0
# why: assigns an integer of a million bits

most_symbols = 1 << 10**6
