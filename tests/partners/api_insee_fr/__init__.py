"""The double of `api.insee.fr`: API Sirene 3.11 with establishments of nobody (README.md)."""
