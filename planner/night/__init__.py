"""The night after the decision, as functions of values: how far each tur is, who may drive, what is left."""
