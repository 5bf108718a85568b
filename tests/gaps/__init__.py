"""What packages leave to be written: the extension points they name, and gaps that nobody named."""
