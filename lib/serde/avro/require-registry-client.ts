import { requireRegistryClient } from './registry-client.ts'

// CommonJS bundles have no `import.meta.resolve`. They need no check, because the bundler has already looked for the packages.
if (typeof import.meta.resolve === 'function') requireRegistryClient((name) => import.meta.resolve(name))
