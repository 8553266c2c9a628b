"""What the insights say about a listener's taste: plain formulas without clock, settings or input and output."""
