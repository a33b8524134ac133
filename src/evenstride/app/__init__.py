"""The verbs: one function a use case, returning frozen views."""
