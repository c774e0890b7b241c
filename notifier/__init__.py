"""Downstream: who wants to know, what they are sent, whether it arrived. Imports feeds, never config."""
