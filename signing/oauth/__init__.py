"""Keys, tokens and messages of machine authentication: RFC 7515–7519, RFC 9068, RFC 9421."""
