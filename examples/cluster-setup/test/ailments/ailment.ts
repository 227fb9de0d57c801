import type { Severity } from '../../src/doctor/check.js';
import type { SoundNode } from '../sound-node.js';

/** Something that can be wrong: the check that finds it, how bad it is, what it says, and how to bring it about. */
export type Ailment = readonly [check: string, severity: Severity, says: RegExp, spoil: (node: SoundNode) => void];
