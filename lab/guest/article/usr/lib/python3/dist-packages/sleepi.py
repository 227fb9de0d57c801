"""Stand-in for the vendor's module of this name: as much of it as the article's agent uses."""

import smbus

IO_STATUS = 0x0D
EO = 0x01


class Sleepi3:
    def __init__(self, bus, address):
        self._bus = smbus.SMBus(bus)
        self._address = address

    def set_extout(self, value):
        # read, change the bit, write the byte back, as the vendor does
        status = self._bus.read_byte_data(self._address, IO_STATUS)
        status = status | EO if value else status & ~EO
        self._bus.write_byte_data(self._address, IO_STATUS, status)
