"""Cases that were seen in the field: each test is named after its kind."""
