import type { Step } from './story.ts'

/** How long the pipeline may take, and the pause before it is asked again. */
const patience = { waitMs: 20_000, pauseMs: 100 }

/** Before the first step: a key of this run. */
export const prepareFirst: readonly string[] = [`pm.collectionVariables.set('key', pm.variables.replaceIn('{{$guid}}'))`]

/** The lines of a step's test. They run in the sandbox of Postman, which knows nothing of this code. */
export function testOf({ status, expect, holds = 'at once', keep = {} }: Step, schema: object | undefined): string[] {
  const checks = [
    `pm.test('status ${status}', () => pm.response.to.have.status(${status}))`,
    ...(schema === undefined
      ? []
      : [`pm.test('as OpenAPI has it', () => pm.response.to.have.jsonSchema(${JSON.stringify(schema)}))`]),
    ...(expect === undefined
      ? []
      : [`pm.test('what is expected', () => pm.expect(has(pm.response.json(), expected)).to.be.true)`]),
    ...Object.entries(keep).map(([name, field]) => `pm.collectionVariables.set('${name}', pm.response.json().${field})`),
  ]
  return [...comparison(expect), ...(holds === 'at once' ? checks : untilHolds(status, expect, checks))]
}

/** Variables in an expectation stand for numbers. */
function comparison(expect: unknown): string[] {
  if (expect === undefined) return []
  const text = JSON.stringify(expect).replaceAll(/"\{\{(\w+)\}\}"/g, `Number(pm.collectionVariables.get('$1'))`)
  return [
    `const expected = ${text}`,
    'const has = (value, part) =>',
    `  typeof part !== 'object' || part === null ? value === part`,
    '  : value != null && (!Array.isArray(part) || value.length === part.length) &&',
    '    Object.keys(part).every((name) => has(value[name], part[name]))',
  ]
}

function untilHolds(status: number, expect: unknown, checks: readonly string[]): string[] {
  const isThere = `pm.response.code === ${status}${expect === undefined ? '' : ' && has(pm.response.json(), expected)'}`
  return [
    `const since = Number(pm.collectionVariables.get('since') || Date.now())`,
    `if (!(${isThere}) && Date.now() < since + ${patience.waitMs}) {`,
    `  pm.collectionVariables.set('since', since)`,
    '  pm.execution.setNextRequest(pm.info.requestName)',
    `  setTimeout(() => {}, ${patience.pauseMs})`,
    '} else {',
    `  pm.collectionVariables.unset('since')`,
    ...checks.map((line) => `  ${line}`),
    '}',
  ]
}
