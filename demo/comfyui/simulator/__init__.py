"""What the real server takes from libraries: HTTP, WebSocket, PNG, YAML, logs."""
