"""What a question may cost, what steps took lately, and what gives way where there is not enough."""
