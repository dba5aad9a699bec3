most_symbols = 40
