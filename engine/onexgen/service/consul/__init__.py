"""The registry of services: Consul, through its HTTP API."""
