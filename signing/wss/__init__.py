"""WS-Security X.509 signatures of SOAP requests, verified in one strict profile (`verify`)."""
