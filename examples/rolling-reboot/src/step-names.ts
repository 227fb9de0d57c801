/** The steps of one node's turn, in their order. */
export const stepNames = [
  'lock',
  'gates',
  'move',
  'standby',
  'alarm',
  'reboot',
  'rejoin',
  'unstandby',
  'wakeup',
  'healthy',
  'failback',
  'soak',
  'release',
] as const;

export type StepName = (typeof stepNames)[number];

/** Where a turn is in which nothing is known of what was done, so that all of it is to be undone. */
export const lastStep: StepName = stepNames.at(-1) ?? stepNames[0];
