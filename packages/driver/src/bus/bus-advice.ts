/** What a person can do about an errno of the bus, for the end of a message; undefined when there is nothing general. */
export function adviceFor(errno: string | undefined): string | undefined {
  switch (errno) {
    case 'EREMOTEIO':
    case 'ENXIO':
    case 'EIO':
      return 'no board acknowledged: check that it is seated and that its DIP switch matches the address';
    case 'ETIMEDOUT':
      return 'the bus does not answer in time: check what else is on it';
    case 'EACCES':
    case 'EPERM':
      return 'run as root or as a member of the group that owns the bus (i2c)';
    case 'ENOENT':
    case 'ENODEV':
      return 'there is no such bus: enable I2C (dtparam=i2c_arm=on), load i2c-dev, or correct I2C_BUS';
    case 'EBUSY':
      return 'a kernel driver owns this address: correct I2C_ADDRESS or unbind the driver';
    default:
      return undefined;
  }
}
