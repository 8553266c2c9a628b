"""What a listener lets others know: the API and the page of it."""
