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

/** Whether `step` comes after `other`, or is it. */
export function reached(step: StepName, other: StepName): boolean {
  return stepNames.indexOf(step) >= stepNames.indexOf(other);
}
