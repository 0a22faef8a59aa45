import { requireRegistryClient } from './registry-client.ts'

// A bundler has found the packages already; where it leaves nothing to resolve with, nothing is asked.
if (typeof import.meta.resolve === 'function') requireRegistryClient((name) => import.meta.resolve(name))
