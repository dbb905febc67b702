"""The worked examples of the lessons as pure functions; the browser evaluates the same formulas under the finger."""
