"""Views to text, JSON and pictures."""
