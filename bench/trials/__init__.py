"""What the accuracy scripts of the bench share."""
