"""What the readers of XML files share: safe reading, points, and the tables made of them."""
