"""When each connection is due, and what each application's quota allows."""
