"""AWS in one process for tests and bench: moto, with the habits of DynamoDB that the product relies on."""
