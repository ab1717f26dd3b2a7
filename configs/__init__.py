"""Presets: one YAML a system."""
