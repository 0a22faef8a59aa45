/**
 * What the linter enforces. The layer rule comes from one table, `floors`: a folder of lib/ imports only folders on lower
 * floors, and folders on one floor do not meet. An override *replaces* the options of a rule, so every block is generated
 * whole. test/tidy/lint.test.ts plants a fault of each kind and sees it found.
 */
export const floors: readonly (readonly string[])[] = [
  ['model'],
  ['clock', 'kernel', 'metrics'],
  ['serde', 'transport', 'storage'],
  ['state'],
  ['processor'],
  ['topology'],
  ['dsl', 'runtime', 'query'],
  ['.'], // The files of lib/ itself: entries and kafka-streams.ts.
  ['testing'],
]

/** Folders below lib/ are at most this deep, so that the rule can name every relative path exactly. */
export const depthMax = 4

/**
 * Folders that a folder does not import, though they are on lower floors. Operators say what they read, and get values or what they
 * only hand on: what is in bytes is the business of sources, stores and sinks.
 */
export const strangers: Readonly<Record<string, readonly string[]>> = { processor: ['kernel', 'transport'] }

/** A package with one home, and the folder that is its home. */
export const homes: Readonly<Record<string, string>> = {
  kafkajs: 'transport/kafka/connection/kafkajs',
  lmdb: 'storage/lmdb',
  avsc: 'serde/avro',
  '@kafkajs/confluent-schema-registry': 'serde/avro',
}

/** What comes through a port: time (clocks and timers), chance, and what the machine offers besides (sockets, files). */
type World = 'time' | 'chance' | 'io'

/** The folders and files that make these ports from the machine; all others are handed one. */
const worldly: Readonly<Record<World, readonly string[]>> = {
  time: ['clock/system-clock.ts'],
  chance: ['clock/chance.ts'],
  io: ['transport/kafka/connection', 'transport/embedded/listen', 'storage'],
}

const worldModules: Readonly<Record<World, readonly string[]>> = {
  time: ['timers', 'timers/promises', 'perf_hooks'],
  chance: [],
  io: ['net', 'tls', 'fs', 'fs/promises'],
}

/** `queueMicrotask` is none of these: it asks for no time, and runs in the same order whenever the same is done. */
const worldGlobals: Readonly<Record<World, readonly string[]>> = {
  time: ['Date', 'setTimeout', 'setInterval', 'setImmediate', 'performance'],
  chance: ['crypto'],
  io: [],
}

const worldProperties: Readonly<Record<World, readonly (readonly [object: string, property: string])[]>> = {
  time: [
    ['AbortSignal', 'timeout'],
    ['Atomics', 'wait'],
    ['Atomics', 'waitAsync'],
    ...['nextTick', 'hrtime', 'uptime'].map((name) => ['process', name] as const),
  ],
  chance: [['Math', 'random']],
  io: [],
}

/** Of `node:crypto`, hashes are free. */
const chanceImports = ['randomBytes', 'randomFill', 'randomFillSync', 'randomInt', 'randomUUID', 'webcrypto', 'getRandomValues']

const ports: Readonly<Record<World, string>> = {
  time: 'Take it from the injected Clock.',
  chance: 'Take it from the injected Chance.',
  io: 'Sockets and files come through a port.',
}

const floorOf = (folder: string): number => floors.findIndex((floor) => floor.includes(folder))

/** The folders a folder must not import. */
export function forbiddenTo(folder: string): string[] {
  const mine = floorOf(folder)
  const above = floors.flatMap((floor, index) => (index < mine ? [] : floor.filter((other) => other !== folder)))
  return [...above, ...(strangers[folder] ?? [])]
}

interface Override {
  files: string[]
  rules: Record<string, unknown>
}

interface Freedom {
  readonly packages: readonly string[]
  readonly worlds: readonly World[]
}

const worlds: readonly World[] = ['time', 'chance', 'io']

const bound = (freedom: Freedom): World[] => worlds.filter((world) => !freedom.worlds.includes(world))

interface Restricted {
  name: string
  message: string
  importNames?: string[]
}

function pathsOf(freedom: Freedom): Restricted[] {
  const packages = Object.keys(homes)
    .filter((name) => !freedom.packages.includes(name))
    .map((name) => ({ name, message: `Only lib/${homes[name]} imports ${name}.` }))
  const either = (name: string): string[] => [`node:${name}`, name]
  const modules = bound(freedom).flatMap((world) =>
    worldModules[world].flatMap(either).map((name) => ({ name, message: ports[world] })),
  )
  const chance = freedom.worlds.includes('chance') ? [] : either('crypto')
  return [...packages, ...modules, ...chance.map((name) => ({ name, importNames: chanceImports, message: ports.chance }))]
}

function globalsOf(freedom: Freedom): Restricted[] {
  return bound(freedom).flatMap((world) => worldGlobals[world].map((name) => ({ name, message: ports[world] })))
}

const typedArrays = ['Int32Array', 'Uint32Array', 'Float64Array', 'BigInt64Array'].map((name) => ({
  name,
  message: 'Operators keep nothing in typed arrays: lib/kernel and lib/state do.',
}))

/** The same by way of `globalThis`, and what hides in objects that are free otherwise. */
function propertiesOf(freedom: Freedom): { object: string; property: string; message: string }[] {
  return bound(freedom).flatMap((world) => {
    const onGlobals = worldGlobals[world].flatMap((name) => [['globalThis', name] as const, ['global', name] as const])
    return [...worldProperties[world], ...onGlobals].map(([object, property]) => ({ object, property, message: ports[world] }))
  })
}

function patternsOf(folder: string, depth: number): { regex: string; message: string }[] {
  const up = depth === 0 ? String.raw`\./` : String.raw`\.\./`.repeat(depth)
  const folders = forbiddenTo(folder).map((other) => ({
    regex: other === '.' ? `^${up}[^/]+$` : `^${up}${other}/`,
    message: `lib/${folder} does not import lib/${other}: imports point only downwards (oxlint.config.ts).`,
  }))
  return [...folders, { regex: '^millrace($|/)', message: 'Inside lib/ imports are relative.' }]
}

function block(files: string, folder: string, depth: number, freedom: Freedom): Override {
  return {
    files: [files],
    rules: {
      'no-restricted-imports': ['error', { paths: pathsOf(freedom), patterns: patternsOf(folder, depth) }],
      'no-restricted-globals': ['error', ...globalsOf(freedom), ...(folder === 'processor' ? typedArrays : [])],
      'no-restricted-properties': ['error', ...propertiesOf(freedom)],
    },
  }
}

const levels = (from: number): number[] => Array.from({ length: depthMax - from + 1 }, (_, index) => from + index)
const filesAt = (path: string, below: number): string => `lib/${path}${'/*'.repeat(below)}/*.ts`
const plain: Freedom = { packages: [], worlds: [] }

/** A path that has a freedom: a home of packages, or a worldly folder or file. */
function freeBlocks(path: string): Override[] {
  const folder = path.split('/')[0] ?? ''
  const packages = Object.keys(homes).filter((name) => homes[name] === path)
  const isIn = (free: string): boolean => path === free || path.startsWith(`${free}/`)
  const freedom = { packages, worlds: worlds.filter((world) => worldly[world].some(isIn)) }
  const depth = path.split('/').length
  if (path.endsWith('.ts')) return [block(`lib/${path}`, folder, depth - 1, freedom)]
  return levels(depth).map((level) => block(filesAt(path, level - depth), folder, level, freedom))
}

const folders = floors.flat().filter((folder) => folder !== '.')
const layerBlocks: Override[] = [
  ...folders.flatMap((folder) => levels(1).map((level) => block(filesAt(folder, level - 1), folder, level, plain))),
  block('lib/*.ts', '.', 0, plain),
  // The entry of the test driver is the one file of lib/ that sees testing/.
  block('lib/testing.ts', 'testing', 0, plain),
  ...[...new Set([...Object.values(worldly).flat(), ...Object.values(homes)])].flatMap(freeBlocks),
]

const users: Override = {
  files: ['examples/**/*.ts', 'docs/**/*.ts', 'app/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: ['kafkajs', 'lmdb'].map((name) => ({ name, message: `Only lib/${homes[name]} imports ${name}.` })),
        patterns: [
          { regex: '^\\.\\.?/(.*/)?(lib|dist)/', message: 'Examples and app import the library by its package name.' },
          { regex: '^millrace/(lib|dist)/', message: 'This is no public entry of millrace.' },
        ],
      },
    ],
  },
}

const lines = (max: number): [string, object] => ['error', { max, skipBlankLines: true, skipComments: true }]

export default {
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node'],
  categories: { correctness: 'error' },
  ignorePatterns: ['dist/**', 'node_modules/**', '.tap/**', 'docs/api/**', 'temp/**'],
  rules: {
    'import/no-cycle': ['error', { ignoreTypes: true }],
    'import/no-default-export': 'error',
    'max-lines': lines(400),
    'max-lines-per-function': lines(70),
    'typescript/no-floating-promises': 'error',
    'typescript/await-thenable': 'error',
    // `() => void set.delete(x)` says that nothing is returned.
    'typescript/no-meaningless-void-operator': 'off',
    'typescript/no-misused-promises': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
  },
  overrides: [
    ...layerBlocks,
    users,
    // A suite is one long function around its tests; tap keeps the promise of every test that it starts.
    {
      files: ['test/**/*.ts'],
      rules: {
        'max-lines-per-function': 'off',
        // Scenarios are untyped JSON, and what they name is turned to text all over.
        'typescript/no-base-to-string': 'off',
        'typescript/no-misused-spread': 'off',
        'typescript/require-array-sort-compare': 'off',
        'typescript/unbound-method': 'off',
        'unicorn/no-thenable': 'off',
        'typescript/no-floating-promises': [
          'error',
          { allowForKnownSafePromises: [{ from: 'package', package: '@tapjs/core', name: ['PromiseWithSubtest'] }] },
        ],
      },
    },
    // Node's test runner keeps the promises of its tests, too.
    {
      files: ['docs/**/*.test.ts'],
      rules: {
        'typescript/no-floating-promises': [
          'error',
          { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test'] }] },
        ],
      },
    },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
}
