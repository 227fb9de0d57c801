// What the tests of this package and of its users stand on.
export { FakeCluster, type FakeClusterOptions, type FakeClusterSnapshot, type Interceptor } from './fake-cluster.js';
export type { FakeFencing, FakeNode } from './live-commands.js';
export { RecordedRunner, recordingRunner, type Recording } from './recorded-runner.js';
export { answer } from './fake-answers.js';
export { WarmPcs } from './warm-pcs.js';
