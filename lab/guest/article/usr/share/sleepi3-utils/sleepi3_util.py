"""Stand-in for the vendor's utility of this name: as much of it as the article's agent uses."""


def parse_environment(path):
    values = {"I2C_BUS": "1", "I2C_ADDRESS": "0x6E"}
    with open(path, encoding="utf-8") as file:
        for line in file:
            key, separator, value = line.strip().partition("=")
            if separator and not key.startswith("#"):
                values[key] = value
    return values


class Sleepi3Cli:
    def __init__(self, board):
        self._board = board

    def set(self, words):
        name, value = words
        if name != "extout":
            raise ValueError(name)
        self._board.set_extout(int(value))
