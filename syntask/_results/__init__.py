"""Results that are kept, and the keys that later runs find them by."""
