"""A listener's whole history as one zip: its content, and how it is streamed into S3."""
