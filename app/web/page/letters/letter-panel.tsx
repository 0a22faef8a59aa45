import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import type { LetterDetail } from '../../../contracts/dead-letters.ts'
import { useApp } from '../app/app.ts'
import type { Address } from '../view/view.ts'
import { bytes, count, exactTime } from '../words/numbers.ts'
import { LetterActions } from './letter-actions.tsx'
import { pathOf } from './letters-api.ts'
import { classWords, hexLines, outcomeSentence, refusedSentence, remedySentence } from './letter-words.ts'

/** One dead letter: where it was refused and why, its bytes, and what can be done. */
export function LetterPanel({ address }: { readonly address: Address }): JSX.Element {
  const { letters, navigation } = useApp()
  const close = useRef<HTMLButtonElement>(null)
  const place = pathOf(address)
  useEffect(() => {
    close.current?.focus({ preventScroll: true })
    void letters.show(address)
  }, [place])
  const letter = letters.open.value
  const isHere = letter !== null && pathOf(letter.at) === place
  return (
    <aside class="panel letter" aria-label="Dead letter">
      <div class="head">
        <h2>{`Dead letter p${address.p} @ ${count(address.o)}`}</h2>
        <button ref={close} type="button" onClick={() => navigation.go({ letter: null })}>
          Close
        </button>
      </div>
      {isHere && <Letter letter={letter} />}
      {letters.openFailure.value !== null && (
        <p class="note-line bad" role="alert">
          {letters.openFailure.value}
        </p>
      )}
    </aside>
  )
}

function Letter({ letter }: { readonly letter: LetterDetail }): JSX.Element {
  const outcome = outcomeSentence(letter)
  return (
    <>
      <p class="note-line">{refusedSentence(letter)}</p>
      <p class="note-line">
        Reason: <bdi>{letter.reason}</bdi>
      </p>
      <p class="note-line" role="status">
        {outcome ?? remedySentence(letter)}
      </p>
      <LetterActions letter={letter} />
      <Bytes letter={letter} />
      <Facts letter={letter} />
    </>
  )
}

type Form = 'text' | 'hex' | 'decoded'

/** The original bytes in the form that says most, and in the others. */
function Bytes({ letter: { value, decoded } }: { readonly letter: LetterDetail }): JSX.Element {
  const chosen = useSignal<Form | null>(null)
  if (value === null) return <p class="note-line">It has no value: it is a tombstone.</p>
  const forms: Readonly<Record<Form, string | null>> = { text: value.text, hex: hexLines(value.hex), decoded }
  const names = (['text', 'hex', 'decoded'] as const).filter((form) => forms[form] !== null)
  const form = chosen.value !== null && names.includes(chosen.value) ? chosen.value : names[0]!
  return (
    <>
      <div class="head forms">
        <h2 id="bytes">{form === 'decoded' ? 'Decoded' : 'Original bytes, unchanged'}</h2>
        <div role="group" aria-label="Form">
          {names.map((name) => (
            <button key={name} type="button" class="plain" aria-pressed={name === form} onClick={() => (chosen.value = name)}>
              {name}
            </button>
          ))}
        </div>
      </div>
      <pre class="mono" tabIndex={0} aria-labelledby="bytes">
        {forms[form]}
      </pre>
    </>
  )
}

function Facts({ letter }: { readonly letter: LetterDetail }): JSX.Element {
  const facts: readonly (readonly [name: string, text: string])[] = [
    ['Letter', `${letter.at.topic} p${letter.at.p} @ ${count(letter.at.o)}`],
    ['Refused at', exactTime(letter.refusedAt)],
    ['Key', letter.key ?? 'none'],
    ['Size', letter.bytes === null ? 'no value' : bytes(letter.bytes)],
    ['Class', classWords[letter.class]],
    ['Error', letter.error],
    ['Attempts', count(letter.attempts)],
  ]
  return (
    <>
      <dl class="pairs">
        {facts.map(([name, text]) => (
          <Pair key={name} name={name} text={text} />
        ))}
      </dl>
      <details>
        <summary>{`${count(letter.headers.length)} headers`}</summary>
        <dl class="pairs">
          {letter.headers.map(({ name, text }, index) => (
            <Pair key={index} name={name} text={text} />
          ))}
        </dl>
      </details>
    </>
  )
}

function Pair({ name, text }: { readonly name: string; readonly text: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <bdi>{text}</bdi>
      </dd>
    </>
  )
}
