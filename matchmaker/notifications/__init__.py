"""What people are told: kinds of messages, their words in each language, when and by what they go out."""
