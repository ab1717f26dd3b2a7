"""Retrieved text is data: what reads like an instruction in it, personal data in it, and links out of an answer."""
