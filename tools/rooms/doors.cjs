// Which file may import which: doors open one way, and nowhere in a circle.
const program = '^examples/([^/]+)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'What needs each other in a circle is one thing in two files, or has a third in common.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'packages-know-no-program',
      comment: 'Packages are published, and programs are built on them. Only the command sleepi3 is a program itself.',
      severity: 'error',
      from: { path: '^packages/[^/]+/(src|bench|test)/', pathNot: '^packages/driver/(src/(command/|main)|test/)' },
      to: { path: '^(examples|lab)/' },
    },
    {
      name: 'sleepi3-is-a-program',
      severity: 'error',
      from: { path: '^packages/driver/' },
      to: { path: '^(examples|lab)/', pathNot: '^examples/program/' },
    },
    {
      name: 'packages-know-the-driver-at-most',
      comment: 'The simulator speaks the driver’s interfaces; otherwise packages do not know each other.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^packages/', pathNot: '^packages/($1|driver)/' },
    },
    {
      name: 'only-the-simulator-knows-the-driver',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: '^packages/(simulator|driver)/' },
      to: { path: '^packages/driver/' },
    },
    {
      name: 'no-program-in-another',
      comment: 'What two programs share is in examples/program, or in a package.',
      severity: 'error',
      from: { path: `${program}(src|packaging|virtual)/` },
      to: { path: '^(examples|lab)/', pathNot: '^examples/($1|program)/' },
    },
    {
      name: 'lab-is-above-all',
      comment: 'The lab drives everything; nothing is driven by it.',
      severity: 'error',
      from: { pathNot: '^lab/|^tools/test/' },
      to: { path: '^lab/' },
    },
    {
      name: 'nothing-shipped-from-tests',
      severity: 'error',
      comment: 'But for the suite that back ends of the driver are held against, which the lab runs on a machine.',
      from: { path: '/src/', pathNot: '^lab/src/guest-programs/' },
      to: { path: '/test/|^tools/test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.tools|\\.cache|out)/' },
    tsConfig: { fileName: 'tsconfig.base.json' },
    // Types are imports too: a circle of types is a circle for whoever reads.
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      conditionNames: ['@sleepi3/source', 'import', 'require', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
