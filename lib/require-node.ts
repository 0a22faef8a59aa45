// Each entry imports this file first. Older releases of Node can still link the other modules, so that users read the message below
// instead of a SyntaxError.
const wanted = 24
const { node, bun, deno } = process.versions

// Bun and Deno also have a `node` version, but it does not tell what they support.
if (bun === undefined && deno === undefined && Number.parseInt(node, 10) < wanted)
  throw new Error(`Millrace needs Node.js ${wanted} or newer, and this is Node.js ${node}: install one from https://nodejs.org.`)
