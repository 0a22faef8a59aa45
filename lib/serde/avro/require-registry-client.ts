import { requireRegistryClient } from './registry-client.ts'

// A bundle of CommonJS has no `import.meta.resolve`: there the bundler has found the packages, or has said that they are missing.
if (typeof import.meta.resolve === 'function') requireRegistryClient((name) => import.meta.resolve(name))
