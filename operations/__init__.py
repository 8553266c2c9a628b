"""What is done with a system, on the laptop or on AWS: deploy, demonstrate, operate, check, read what it stored."""
