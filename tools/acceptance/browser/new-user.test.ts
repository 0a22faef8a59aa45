import type { Page } from 'playwright-core'
import { pageTest, until, withBrowser } from './browser-test.ts'

/** What somebody is asked who has seen the page for two minutes, and the words in which the page has told it by then. */
interface Question {
  readonly question: string
  /** The step of the tour that tells it, and what is pressed there; null: one waits. */
  readonly step: string
  readonly press: string | null
  readonly answers: readonly RegExp[]
}

const questions: readonly Question[] = [
  {
    question: 'What is a stream?',
    step: 'stream',
    press: 'Send 10.00',
    answers: [/A stream is what happened\./, /Each dot is a record|came \d+ ms after you sent it/],
  },
  {
    question: 'What is a table?',
    step: 'table',
    press: null,
    answers: [/A table is what is true now\./, /is COMPLETED|is FAILED/],
  },
  {
    question: 'What did the rename change?',
    step: 'join',
    press: 'Rename Bruno',
    answers: [/A foreign-key join follows both sides\./, /\d+ rows?, 0 others\. A stream join: 0\./, /cell "?Bruno Costa/],
  },
  {
    question: 'Where does state come from that is gone?',
    step: 'changelog',
    press: 'Delete the enricher’s state',
    answers: [/A changelog is the table’s memory\./, /It filled from its topic/],
  },
  {
    question: 'What did the kill lose?',
    step: 'crash',
    press: 'Kill −9',
    answers: [/Exactly once: a crash does not even repeat\./, /Missing 0\. Repeated \d+/],
  },
  {
    question: 'What becomes of a bad record?',
    step: 'poison',
    press: 'Send a broken record',
    answers: [/A bad record must not stop the good ones\./, /not a decimal/],
  },
]

/** What the page says to whoever cannot see it: roles, names and texts, in the order of reading. */
const heard = (page: Page): Promise<string> => page.locator('body').ariaSnapshot()

await withBrowser(async (bench) => {
  await pageTest(
    'UI10: what a new user is asked after two minutes, the page has said in words, without its canvas',
    bench,
    { server: { rate: 5 }, page: { tour: true } },
    async (t, { page }) => {
      for (const { question, step, press, answers } of questions) {
        await page.waitForSelector(`[data-step="${step}"]`)
        const said = [await heard(page)]
        if (press !== null) await page.click(`.headline button:text-is("${press}") >> nth=0`)
        await until(`the page answers: ${question}`, async () => {
          said.push(await heard(page))
          return answers.every((answer) => said.some((text) => answer.test(text)))
        })
        for (const answer of answers) t.pass(`${question} ${lineWith(answer, said)}`)
      }
    },
  )
})

function lineWith(answer: RegExp, texts: readonly string[]): string {
  const lines = texts.flatMap((text) => text.split('\n'))
  return (lines.findLast((line) => answer.test(line)) ?? '').trim().replace(/^- /, '').slice(0, 160)
}
