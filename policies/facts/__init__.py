"""What is known of a stack: its resources as declared, and what they are made of."""
