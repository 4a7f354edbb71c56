"""The channels by which a call leaves the house: a gateway for text messages and voice, e-mail, or somebody's hand."""
