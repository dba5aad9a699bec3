"""What is handed out of a teacher's own notebook: its module without the key."""
