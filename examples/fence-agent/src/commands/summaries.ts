// The commands that go with the agent, in a line each: what --help of the agent needs, without what each of them is told.

export const summaries = {
  keeper: 'keep the line to the peer (run as fence-sleepi3.service)',
  release: 'release EXTOUT without the line keeper (run when it has died)',
  boot: 'clear EXTOUT and make sure that this node can be fenced',
  check: 'say whether this node could fence and be fenced right now, and what is wrong',
  'wire-listen': 'confirm the test pulses that the peer sends',
  'wire-test': 'test the wire to the peer with a pulse of less than a second',
  characterize: 'find out what is not documented about two real boards',
} as const;
