"""Views drawn: the picture and the page."""
