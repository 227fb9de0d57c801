// What `pcs quorum config` says: corosync.conf's section quorum as pcs writes it out. pcs 0.12 knows JSON of it, 0.11 does not.
import { malformedAnswer } from '../xml/malformed.js';

/** The configuration of the quorum. */
export interface QuorumConfig {
  /** votequorum's options that are set: `wait_for_all`, `auto_tie_breaker` …; `two_node` is pcs's own and not among them. */
  readonly options: Readonly<Record<string, string>>;
  /** The quorum device; undefined when there is none. */
  readonly device:
    | {
        /** `votes`, `timeout`, `sync_timeout`. */
        readonly generic: Readonly<Record<string, string>>;
        /** `net`, the only one there is. */
        readonly model: string;
        /** `host`, `algorithm` and the like. */
        readonly modelOptions: Readonly<Record<string, string>>;
        readonly heuristics: Readonly<Record<string, string>>;
      }
    | undefined;
}

const SOURCE = 'pcs quorum config';

/**
 * Reads what `pcs quorum config` wrote. Where there are no options, pcs 0.12 leaves out their heading, and may write nothing at all.
 *
 * @throws PcsError `MALFORMED_ANSWER` when it is not that, or its last line does not end.
 */
export function parseQuorumConfig(text: string): QuorumConfig {
  if (text !== '' && !text.endsWith('\n')) throw malformedAnswer(SOURCE, 'its last line does not end', text);
  const all = text.split('\n').filter((line) => line !== '');
  if (![undefined, 'Options:', 'Device:'].includes(all[0])) {
    throw malformedAnswer(SOURCE, 'it does not begin with "Options:" or "Device:"', text);
  }
  const lines = all.filter((line) => line !== 'Options:');
  const options: Record<string, string> = {};
  const device = { generic: {}, modelOptions: {}, heuristics: {} } as Readonly<
    Record<'generic' | 'modelOptions' | 'heuristics', Record<string, string>>
  >;
  let model: string | undefined;
  let hasDevice = false;
  let [outer, inner]: [Record<string, string>, Record<string, string> | undefined] = [options, undefined];
  for (const line of lines) {
    const [, indent = '', name = '', value = ''] = /^( *)([^:]+):(?: (.*))?$/.exec(line) ?? [];
    if (line === 'Device:') {
      hasDevice = true;
      outer = device.generic;
    } else if (hasDevice && indent.length === 2 && name === 'Model') {
      model = value;
      inner = device.modelOptions;
    } else if (hasDevice && line === '  Heuristics:') inner = device.heuristics;
    else if (indent.length === 2) outer[name] = value;
    else if (indent.length === 4 && inner !== undefined) inner[name] = value;
    else throw malformedAnswer(SOURCE, `it has the line ${JSON.stringify(line)}`, text);
  }
  if (hasDevice && model === undefined) throw malformedAnswer(SOURCE, 'its device has no model', text);
  return { options, device: hasDevice ? { ...device, model: model ?? '' } : undefined };
}
