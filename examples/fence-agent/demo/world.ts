// Where the demonstration takes place: two cross-wired virtual boards with a Pi each, and a way to start the agent on one.
import { hostname } from 'node:os';
import type { Sleepi3 } from '@sleepi3/driver';
import type { Harness } from '@sleepi3/simulator';

export const nodes = ['raspberrypi-1', 'raspberrypi-2'] as const;

/** How the agent ended. */
export interface AgentResult {
  readonly exitStatus: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly harness: Harness;
  /** One line on how the agent runs here. */
  readonly description: string;
  /** Opens the board of a node as its Pi does: by its defaults file. */
  openBoard(node: 0 | 1): Promise<Sleepi3>;
  /** Has the node `on` fence the other one, exactly as pacemaker-fenced asks for it. */
  fence(on: 0 | 1): Promise<AgentResult>;
  /** Lets ms of this world's time pass. */
  wait(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** A defaults file in the vendor's format. */
export const defaultsText = `# Settings of slee-Pi 3 (the vendor's format)

RTC_DEVICE=rtc0
HCTOSYS=yes
SYSTOHC=yes

I2C_ADDRESS=0x6E

# Reboot if heartbeat signal is not received more than HEARTBEAT_TIMEOUT seconds
HEARTBEAT_TIMEOUT=60
RETRY_BOOT=1
BOOT_TIMEOUT=90
POWEROFF_DELAY=10

# EXTIN_FORCED_SHUTDOWN=1 : external input has been detected 10s and shutdown
EXTIN_FORCED_SHUTDOWN=1
`;

/** What the agent is told about a node besides the action and the target. */
export function agentParameters(on: 0 | 1, defaultsFile: string): Record<string, string> {
  return {
    // Who a node is, it is by its host name: there is one here, so that each goes by it.
    self: hostname(),
    peer: nodes[1 - on] ?? '',
    preferred: on === 0 ? hostname() : nodes[0],
    peer_address: 'none',
    corosync_conf: '/dev/null',
    defaults_file: defaultsFile,
  };
}
