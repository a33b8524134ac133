"""What no runner and no clock can have done, whatever the format: told, and set aside."""
