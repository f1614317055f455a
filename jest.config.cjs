/** Tests run on the Node that deploys (the `node` dev dependency), compiled file by file. */
module.exports = {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: 'node',
  setupFilesAfterEnv: ['<rootDir>/test/jest/whole-lists.ts'],
  transform: { '^.+\\.[tj]s$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } } }] },
  // Published as ES modules only; Jest loads CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!(jose)/)'],
  // Otherwise each use is looked up through the sandbox of the test file, which costs more than most of what they do.
  sandboxInjectedGlobals: [
    'Array',
    'Buffer',
    'Error',
    'JSON',
    'Map',
    'Math',
    'Number',
    'Object',
    'Promise',
    'Set',
    'String',
  ],
  // For what never ends: no test may fail because the machine is busy.
  testTimeout: 300_000,
  // Most tests wait for stacks in processes of their own: one more than there are cores where CI runs.
  maxWorkers: 3,
};
