// A strict reader of value change dumps after IEEE 1364-2005, clause 18: it accepts only what every viewer must.

export interface ParsedVcd {
  /** Units of the time scale. */
  readonly end: number;
  /** By `scope.name`: [time, value] pairs; an event has the value 1 each time, an unknown value is NaN. */
  readonly signals: Record<string, [number, number][]>;
}

export function parseVcd(vcd: string): ParsedVcd {
  const tokens = vcd.trim().split(/\s+/);
  const signals: ParsedVcd['signals'] = {};
  const variables = new Map<string, { width: number; type: string; changes: [number, number][] }>();
  const scopes: string[] = [];
  let defined = false;
  let dumping = false;
  let time = -1;
  const fail = (why: string): never => {
    throw new Error(`no VCD: ${why}`);
  };
  const section = (at: number): string[] => {
    const end = tokens.indexOf('$end', at);
    if (end === -1) fail(`${tokens[at]} without $end`);
    const words = tokens.slice(at + 1, end);
    if (words.some((word) => word.startsWith('$'))) fail(`a keyword inside ${tokens[at]}`);
    return words;
  };
  const change = (code: string, value: number, width?: number) => {
    const variable = variables.get(code) ?? fail(`an undefined variable ${code}`);
    if (time < 0) fail('a change before the first time');
    if (width !== undefined && (width > variable.width || variable.width === 1)) fail(`a vector too wide for ${code}`);
    if (width === undefined && variable.width !== 1) fail(`a scalar for the vector ${code}`);
    if (variable.type === 'event' && dumping) fail('an event with an initial value');
    variable.changes.push([time, value]);
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.startsWith('$')) {
      if (token === '$end') {
        if (!dumping) fail('a stray $end');
        dumping = false;
        continue;
      }
      if (token === '$dumpvars') {
        if (!defined || dumping) fail('$dumpvars out of place');
        dumping = true;
        continue;
      }
      const words = section(at);
      at += words.length + 1;
      if (defined && token !== '$comment') fail(`${token} after $enddefinitions`);
      switch (token) {
        case '$comment':
          break;
        case '$timescale':
          if (!/^(1|10|100)(s|ms|us|ns|ps|fs)$/.test(words.join(''))) fail('a bad $timescale');
          break;
        case '$scope':
          if (words.length !== 2 || words[0] !== 'module') fail('a bad $scope');
          scopes.push(words[1]!);
          break;
        case '$upscope':
          if (scopes.pop() === undefined || words.length !== 0) fail('a bad $upscope');
          break;
        case '$var': {
          const [type = '', width = '', code = '', name = '', range] = words;
          if (!['wire', 'event'].includes(type) || !/^[1-9]\d*$/.test(width) || name === '') fail('a bad $var');
          if (!/^[!-~]+$/.test(code) || variables.has(code)) fail(`a bad or repeated code ${code}`);
          if (scopes.length === 0) fail('a $var outside a scope');
          if (range !== undefined && range !== `[${Number(width) - 1}:0]`) fail('a bad range');
          const key = [...scopes, name].join('.');
          if (key in signals) fail(`${key} twice`);
          const changes: [number, number][] = [];
          signals[key] = changes;
          variables.set(code, { width: Number(width), type, changes });
          break;
        }
        case '$enddefinitions':
          if (scopes.length !== 0) fail('an open $scope');
          defined = true;
          break;
        default:
          fail(`an unknown keyword ${token}`);
      }
    } else if (!defined) {
      fail(`${token} before $enddefinitions`);
    } else if (/^#\d+$/.test(token)) {
      const next = Number(token.slice(1));
      if (next <= time) fail(`time goes from ${time} to ${next}`);
      if (dumping) fail('a time inside $dumpvars');
      time = next;
    } else if (/^[01x][!-~]+$/.test(token)) {
      change(token.slice(1), Number(token[0]));
    } else if (/^b([01]+|x)$/.test(token)) {
      change(tokens[++at] ?? '', Number.parseInt(token.slice(1), 2), token.length - 1);
    } else {
      fail(`a stray ${token}`);
    }
  }
  if (!defined || dumping) fail('it ends too early');
  for (const [name, changes] of Object.entries(signals)) {
    const isEvent = [...variables.values()].some(
      (variable) => variable.changes === changes && variable.type === 'event',
    );
    if (!isEvent && changes[0]?.[0] !== 0) fail(`${name} has no initial value`);
  }
  return { end: time, signals };
}
