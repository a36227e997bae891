"""People: guests and accounts, sign-up and sign-in, rate limits, my page."""
