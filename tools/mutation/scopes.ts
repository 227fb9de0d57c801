// What mutation testing changes, by which tests it must be found out, and the least share that must be.
// Only tests that are quick and run on virtual time: each of them is run for every mutant that it reaches.

export interface Scope {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
  /** %, just under what was reached when it was set; it only ever rises. */
  readonly floor: number;
}

export const scopes: Readonly<Record<string, Scope>> = {
  // The core of the driver: what is read, written, checked and tried again.
  driver: {
    mutate: within('packages/driver/src', [
      'board/sleepi3.ts',
      'board/parameters.ts',
      'board/registers.ts',
      'defaults/settings.ts',
      'defaults/text.ts',
      'board/retry.ts',
    ]),
    tests: within('packages/driver/test', ['sleepi3.test.ts', 'parameters.test.ts', 'defaults.test.ts']),
    floor: 97,
  },
  // From Pacemaker's words to a checked request.
  protocol: {
    mutate: within('packages/fence-protocol/src', [
      'request/argv.ts',
      'request/stdin.ts',
      'options/parse-value.ts',
      'options/options.ts',
      'request/check.ts',
    ]),
    tests: within('packages/fence-protocol/test', [
      'requests.test.ts',
      'hazards.test.ts',
      'definitions.test.ts',
      'answers.test.ts',
      'engine.test.ts',
      'secrets.test.ts',
    ]),
    floor: 93,
  },
  // Who may be shot, who yields, what counts as a hold, and who lets go of the line.
  arbitration: {
    mutate: within('examples/fence-agent/src', [
      'line/arbitration.ts',
      'line/hold.ts',
      'target/guard.ts',
      'keeper/ask.ts',
    ]),
    tests: within('examples/fence-agent/test', [
      'arbitration.test.ts',
      'target-guard.test.ts',
      'hold.test.ts',
      'fencing.test.ts',
      'asking.test.ts',
      'agent.test.ts',
    ]),
    floor: 95,
  },
  // What is done with the line, by whom, and what is remembered of it.
  keeper: {
    mutate: within('examples/fence-agent/src', [
      'line/pulse.ts',
      'keeper/keeper.ts',
      'line/lines.ts',
      'line/timeout.ts',
      'target/silence.ts',
      'line/power-record.ts',
      'keeper/messages.ts',
      'line/act.ts',
      'relay/answer.ts',
      'relay/ask.ts',
    ]),
    tests: within('examples/fence-agent/test', [
      'line-keeper.test.ts',
      'pulse.test.ts',
      'silence.test.ts',
      'power-record.test.ts',
      'keeper-socket.test.ts',
      'relay.test.ts',
      'hold.test.ts',
      'fencing.test.ts',
      'agent.test.ts',
    ]),
    floor: 69,
  },
  // What a node knows of a roll after a power cut, and what the nodes agree on.
  journal: {
    mutate: within('examples/rolling-reboot/src', ['journal.ts', 'lock.ts']),
    tests: within('examples/rolling-reboot/test', ['lock.test.ts', 'records.test.ts', 'roll.test.ts']),
    floor: 96,
  },
};

function within(folder: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${folder}/${name}`);
}
