"""Training, evaluation and export of the default road-hazard model of hazardstream."""
