'use strict'
// `with-tools.cjs COMMAND…` runs a command that finds the programs of tools/ behind those of this folder. tools/ has a lock file of its own.
require('./require-node.cjs')
const { spawnSync } = require('node:child_process')
const { existsSync } = require('node:fs')
const path = require('node:path')

const programs = path.join(__dirname, '..', 'tools', 'node_modules', '.bin')
if (!existsSync(programs)) {
  console.error('What this script runs is not installed yet: run `npm ci --prefix tools` once.')
  process.exit(1)
}
const [command, ...options] = process.argv.slice(2)
const env = { ...process.env, PATH: process.env.PATH + path.delimiter + programs }
const { status, error } = spawnSync(command, options, { stdio: 'inherit', env })
if (error !== undefined) console.error(`${command} did not start: ${error.message}`)
process.exit(status ?? 1)
