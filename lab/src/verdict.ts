// What a scenario found: what it saw against what it must see, and the figures.

/** One thing that must be seen. */
export interface Finding {
  readonly what: string;
  readonly seen: boolean;
  /** What there was instead, or how it was seen. */
  readonly detail?: string;
}

/** A figure, with its unit. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 's' | 'ms' | 'times' | '';
}

/** The outcome of a scenario, as plain data. */
export interface Outcome {
  readonly scenario: string;
  readonly mustSee: string;
  readonly passed: boolean;
  readonly findings: readonly Finding[];
  readonly figures: readonly Figure[];
  /** Why the scenario could not be carried to its end. */
  readonly error?: string;
  /** s. */
  readonly duration: number;
}

/** Collects findings and figures while a scenario runs. */
export class Verdict {
  readonly #findings: Finding[] = [];
  readonly #figures: Figure[] = [];

  /** Puts down whether something that must be seen was seen. A scenario goes on either way. */
  see(what: string, seen: boolean, detail?: string): void {
    this.#findings.push({ what, seen, ...(detail === undefined ? {} : { detail }) });
  }

  /** Puts down how long something took, from milliseconds. */
  seconds(name: string, milliseconds: number): void {
    this.figure(name, Math.round(milliseconds / 100) / 10, 's');
  }

  figure(name: string, value: number, unit: Figure['unit'] = ''): void {
    this.#figures.push({ name, value, unit });
  }

  /** The outcome. A scenario that saw nothing has shown nothing, and one that broke off has failed. */
  outcome(scenario: { readonly name: string; readonly mustSee: string }, duration: number, error?: Error): Outcome {
    const passed = error === undefined && this.#findings.length > 0 && this.#findings.every(({ seen }) => seen);
    return {
      scenario: scenario.name,
      mustSee: scenario.mustSee,
      passed,
      findings: [...this.#findings],
      figures: [...this.#figures],
      ...(error === undefined ? {} : { error: error.message }),
      duration: Math.round(duration / 100) / 10,
    };
  }
}
