"""Terms, errors and AWS access that all packages share. Nothing here knows a provider or a table."""
