"""The steps of the flow, each on its own: listing this folder is reading the sentence."""
