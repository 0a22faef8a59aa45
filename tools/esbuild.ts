/** Tests of the package bundle it; the bundler is none of its dependencies. */
export { buildSync } from 'esbuild'
