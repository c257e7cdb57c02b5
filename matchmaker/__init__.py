"""Problems, experts, matches: the domain of technology-transfer matchmaking."""
