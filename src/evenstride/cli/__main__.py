"""``python -m evenstride.cli`` runs the command line."""

from evenstride.cli.program import main

if __name__ == "__main__":
    main()
