// The two nodes of the article, as a program on the first one reaches them: this machine, and the other one behind ssh.
import type { RawResult, Runner } from '@sleepi3/pcs';
import { answer } from '@sleepi3/pcs/testing';

export const corosyncConf = `totem {
    version: 2
    cluster_name: apachecluster
}
nodelist {
    node {
        ring0_addr: 192.168.11.211
        name: raspberrypi-1
        nodeid: 1
    }
    node {
        ring0_addr: 192.168.11.179
        name: raspberrypi-2
        nodeid: 2
    }
}
quorum {
    provider: corosync_votequorum
    two_node: 1
}
`;

/** What a node answers to a command line; to that of the ssh for the other node. */
export type NodeAnswers = (words: string) => RawResult;

/** A host whose commands the two nodes answer; without `there` nobody reaches the other one. */
export function twoNodes(here: NodeAnswers, there?: NodeAnswers) {
  const asked: string[] = [];
  const runner: Runner = {
    run: async ({ program, argv }) => {
      const words = [program, ...argv].join(' ');
      asked.push(words);
      if (program !== 'ssh') return here(words);
      return there?.(words) ?? answer({ exitCode: 255, stderr: 'No route to host' });
    },
  };
  return { asked, runner, hostname: () => 'raspberrypi-1', readFile: async () => corosyncConf };
}

/** What `fence_sleepi3 check` finds on a node that cannot be fenced. */
export const unfenceable = {
  id: 'extin-powerdown',
  severity: 'error',
  concerns: 'fencing',
  fact: 'EIPDE is 0',
  why: 'w',
  remedy: [],
};
