"""The assembler: source text to a program, with every problem named in Japanese."""
