// Each entry imports this first. Its modules link on an older Node, too, so that this sentence is what a user reads, and no SyntaxError.
const wanted = 24
const { node, bun, deno } = process.versions

// Bun and Deno name the Node that they are like; what they can do is not told by its number.
if (bun === undefined && deno === undefined && Number.parseInt(node, 10) < wanted)
  throw new Error(`Millrace needs Node.js ${wanted} or newer, and this is Node.js ${node}: install one from https://nodejs.org.`)
