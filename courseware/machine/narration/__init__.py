"""What happened, in Japanese sentences with the values: instructions, CSRs, traps, page walks."""
