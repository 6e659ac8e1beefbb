"""The commands' words: each reads its options, calls what does the work, prints the answer."""
