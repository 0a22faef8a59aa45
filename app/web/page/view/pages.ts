interface PageFacts {
  /** In the top bar. */
  readonly title: string
  /** The second of the two keys: `g`, then this. */
  readonly key: string
  /** What the page says of itself while all is calm. */
  readonly calm: string
  /** Where the top bar is narrow, the page is under More. */
  readonly isUnderMore?: true
}

/** The pages by their names, in the order of the top bar. Their paths are their names; Live is the first, at `/`. */
export const pages = {
  live: { title: 'Live', key: 'l', calm: '' },
  records: { title: 'Records', key: 'r', calm: 'The newest 5,000 rows on this page. Select one to see its record.' },
  graph: { title: 'Graph', key: 'g', calm: 'What runs where, drawn from what each application says of its topology.' },
  operate: {
    title: 'Operate',
    key: 'o',
    calm: 'How everything is, what it has still to do, and what to do next.',
    isUnderMore: true,
  },
  hours: { title: 'Hours', key: 'h', calm: 'What users send by the hour, and who sends much at once.', isUnderMore: true },
  contracts: {
    title: 'Contracts',
    key: 'c',
    calm: 'What each topic promises: its schemas, what drifts, and what was refused.',
    isUnderMore: true,
  },
  'dead-letters': { title: 'Dead letters', key: 'd', calm: 'What was refused. The others went on.', isUnderMore: true },
} as const satisfies Record<string, PageFacts>

export type PageName = keyof typeof pages

export const pageNames = Object.keys(pages) as readonly PageName[]

export const factsOf = (name: PageName): PageFacts => pages[name]

export const isPageName = (text: string | undefined): text is PageName => text !== undefined && Object.hasOwn(pages, text)
