"""What is checked, estimated and shown before anything is sent."""
