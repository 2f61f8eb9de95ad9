"""The union's programme: what is on."""
