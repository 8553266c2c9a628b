"""The routes behind API Gateway, one module per Lambda."""
