import type { JSX } from 'preact'
import type { LetterClass, LetterState } from '../../../contracts/dead-letters.ts'
import { useApp } from '../app/app.ts'
import type { LetterFilter } from '../view/view.ts'
import { classWords, stateWords } from './letter-words.ts'

/** What is looked for stands in the address. */
export function LetterFilters(): JSX.Element {
  const { navigation } = useApp()
  const filter = navigation.view.value.letters
  const adjust = (change: Partial<LetterFilter>): void => navigation.adjust({ letters: { ...filter, ...change } })
  return (
    <>
      <label>
        <span class="label">Find</span>
        <input
          id="filter"
          type="search"
          placeholder="key or reason"
          value={filter.text}
          onInput={(event) => adjust({ text: event.currentTarget.value })}
        />
      </label>
      <label>
        <span class="label">Class</span>
        <select value={filter.class} onChange={(event) => adjust({ class: event.currentTarget.value as LetterClass | '' })}>
          <option value="">any</option>
          {Object.entries(classWords).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="label">State</span>
        <select
          value={filter.state}
          onChange={(event) => adjust({ state: event.currentTarget.value as LetterState | 'any' | '' })}
        >
          <option value="">to be mended</option>
          <option value="any">any</option>
          {Object.entries(stateWords).map(([name, words]) => (
            <option key={name} value={name}>
              {words.slice(2)}
            </option>
          ))}
        </select>
      </label>
    </>
  )
}
