'use strict'
// The npm scripts call this first. It has to parse on every Node there ever was, so: no syntax younger than ES5.
var wanted = 24
if (parseInt(process.versions.node, 10) < wanted) {
  var remedy = 'run `npm ci` once to give this folder its own Node ' + wanted + ', or install one from https://nodejs.org.'
  console.error('Millrace needs Node ' + wanted + ' or newer, and this is Node ' + process.versions.node + ': ' + remedy)
  process.exit(1)
}
