// Whether this node could fence and be fenced, told to people when it changes.
import type { Alert } from '@sleepi3/program';
import type { CheckReport } from '../commands/check.js';
import type { Finding } from '../keeper/report.js';

/**
 * Whether it is well, as far as this node has to tell it; undefined where there is nothing to tell.
 *
 * @param before - What was told last; undefined when this node never was ready.
 */
export function readinessOf({ findings, node }: CheckReport, before: boolean | undefined): boolean | undefined {
  // In no cluster, or not yet: nobody waits for it to fence.
  if (node === undefined && before === undefined) return undefined;
  return findings.every((finding) => !isOwnTrouble(finding));
}

export function alertOf({ findings, node, peer = 'the other node' }: CheckReport, host: string): Alert {
  const self = node ?? host;
  const common = { kind: 'readiness', subject: self } as const;
  const troubles = findings.filter(isOwnTrouble);
  if (troubles.length === 0) {
    return {
      ...common,
      severity: 'info',
      title: `${self} could fence and be fenced again`,
      text: 'What was wrong is mended. Nothing has to be done.',
    };
  }
  const remedies = [...new Set(troubles.flatMap(({ remedy }) => remedy))];
  return {
    ...common,
    severity: 'error',
    title: `${self} could not fence, or could not be fenced`,
    text:
      `${troubles.map(({ fact }) => sentence(fact)).join(' ')} The service still runs, but if ${self} or ${peer} fails now, the ` +
      `cluster may not be able to start it elsewhere. On ${self}: ` +
      `${remedies.length === 0 ? '' : `${remedies.join('; ')}. `}"fence_sleepi3 check" says more.`,
  };
}

/** What keeps fencing from working, but for what the other node tells of itself. */
function isOwnTrouble({ id, severity, concerns }: Finding): boolean {
  return severity === 'error' && concerns === 'fencing' && id !== 'peer-unfenceable';
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
