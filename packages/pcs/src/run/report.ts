// What pcs says besides its answer: errors, warnings, deprecations, and a line per node.
import type { ForceOption, NodeOutcome } from '../errors.js';

/** The lines of one run, sorted by what they are. */
export interface Report {
  readonly errors: readonly string[];
  /** The lines under an error that say more of it, such as which node failed, and why. */
  readonly details: readonly string[];
  readonly warnings: readonly string[];
  readonly deprecations: readonly string[];
  readonly nodes: Readonly<Record<string, NodeOutcome>>;
  /** The option pcs offered to override a refusal. */
  readonly forceHint?: ForceOption;
}

const HINTS: readonly (readonly [RegExp, ForceOption])[] = [
  [/, use --skip-offline to override/, 'skipOffline'],
  [/, use --force to override|\(use --force to override\)/, 'force'],
  [/, use --yes to override|\(use --yes to override\)/, 'yes'],
];

/** Said after the errors that matter. */
const GENERAL = 'Errors have occurred, therefore pcs is unable to continue';

/** Programs whose messages look like a node's. */
const TOOLS = /^(?:crm_\w+|cibadmin|stonith_admin|corosync\S*|pcs|Node|error|warning|Stderr|Hint)$/i;

/** Sorts what pcs printed. 0.10 prints the lines per node on stdout, later versions on stderr: both are read. */
export function readReport(stderr: string, stdout = ''): Report {
  const errors: string[] = [];
  const details: string[] = [];
  const warnings: string[] = [];
  const deprecations: string[] = [];
  const nodes: Record<string, { ok: boolean; messages: string[] }> = Object.create(null) as Record<string, never>;
  let forceHint: ForceOption | undefined;

  const note = (node: string, message: string, ok: boolean) => {
    const outcome = (nodes[node] ??= { ok: true, messages: [] });
    outcome.messages.push(message);
    if (!ok) outcome.ok = false;
  };
  for (const line of `${stderr}\n${stdout}`.split('\n').map((text) => text.trim())) {
    const [, kind, text] = /^(?:(Error|Warning|Deprecation Warning): )?(.*)$/.exec(line) ?? [];
    if (text === undefined || text === '') continue;
    const [, node, message] = /^([A-Za-z0-9_][\w.-]*): (.+)$/.exec(text) ?? [];
    if (kind === undefined && errors.length > 0) details.push(text);
    if (kind === 'Error') {
      if (text !== GENERAL) errors.push(text);
      forceHint ??= HINTS.find(([pattern]) => pattern.test(text))?.[1];
    } else if (kind === 'Warning') warnings.push(text);
    else if (kind === 'Deprecation Warning') deprecations.push(text);
    if (node === undefined || message === undefined || kind === 'Deprecation Warning' || TOOLS.test(node)) continue;
    note(node, message, kind === undefined && !/^(?:Unable|Error|Failed|Cannot)\b/i.test(message));
  }
  return { errors, details, warnings, deprecations, nodes, ...(forceHint !== undefined && { forceHint }) };
}
