// Where the lab keeps what it makes and finds what it takes, seen from the root of the repository.
import { join } from 'node:path';
import type { Architecture } from './machine/platform.js';

export interface LabPaths {
  /** Images and packages, kept between runs; never committed. */
  readonly cache: string;
  /** Machines, sockets and the daemon's log, while there is a lab. */
  readonly run: string;
  /** Outcomes, timelines and the report. */
  readonly output: string;
  /** Files of the images, laid out as in the guest. */
  readonly guestFiles: string;
  readonly articleFiles: string;
  /** The agent's directory in the repository. */
  readonly agent: string;
  /** Where the Debian packages are built, and where the agent's is kept, by architecture, and cluster-setup's. */
  readonly packages: string;
  readonly agentPackage: (architecture: Architecture) => string;
  readonly setupPackage: string;
  /** The programs for operators: where each is built, where each is kept, and what belongs to it. */
  readonly rollingReboot: ProgramPaths;
  readonly clusterSetup: ProgramPaths;
  readonly alertAgent: ProgramPaths;
  /** The contract of a bus, as a program for the guests. */
  readonly busContractBuild: string;
  readonly busContract: string;
  /** unix socket on which a lab that is up takes commands. */
  readonly control: string;
}

/** Where a program is built, and where it is kept while the lab runs. */
export interface ProgramPaths {
  readonly built: string;
  readonly kept: string;
  /** Its directory in the repository. */
  readonly source: string;
}

export function labPaths(root: string): LabPaths {
  const cache = join(root, '.cache', 'lab');
  const run = join(cache, 'run');
  const program = (name: string, file = name): ProgramPaths => {
    const source = join(root, 'examples', name);
    return { source, built: join(source, 'dist', file), kept: join(cache, file) };
  };
  return {
    cache,
    run,
    output: join(root, 'out', 'lab'),
    guestFiles: join(root, 'lab', 'guest'),
    articleFiles: join(root, 'lab', 'guest', 'article'),
    agent: join(root, 'examples', 'fence-agent'),
    packages: join(root, 'out', 'debian'),
    agentPackage: (architecture) => join(cache, `fence-sleepi3_${architecture}.deb`),
    setupPackage: join(cache, 'cluster-setup_all.deb'),
    rollingReboot: program('rolling-reboot'),
    clusterSetup: program('cluster-setup'),
    alertAgent: program('alert-agent', 'alert_sleepi3'),
    busContractBuild: join(root, 'lab', 'dist', 'bus-contract.cjs'),
    busContract: join(cache, 'bus-contract.cjs'),
    control: join(run, 'control.socket'),
  };
}
