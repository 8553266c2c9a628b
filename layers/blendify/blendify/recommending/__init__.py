"""What a listener may like that they do not know, each with its reason."""
