"""The nouns of proso: values that import nothing of ours but errors."""
