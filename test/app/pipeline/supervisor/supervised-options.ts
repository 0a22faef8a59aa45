/** A pipeline for tests: on the embedded broker, without a page, at a free port. */
export const supervisedOptions = {
  kafka: undefined,
  dir: undefined,
  mode: 'run',
  page: 'no page',
  port: 0,
  rate: null,
  enrichers: 1,
  guarantee: 'exactly_once_v2',
  log: 'file',
  demo: 'only embedded',
  avroMode: 'registry',
} as const
