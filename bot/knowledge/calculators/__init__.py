"""Nine calculators: a worker's facts in, an answer with its steps and articles out. No I/O, no clock."""
