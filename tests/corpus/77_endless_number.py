# exercise: most_symbols
# verdict: error
# earned: 0
# why: gives an integer of a million bits
# against: marking

most_symbols = 1 << 10**6
