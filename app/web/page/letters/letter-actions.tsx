import { useLayoutEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import type { LetterDetail } from '../../../contracts/dead-letters.ts'
import { useApp } from '../app/app.ts'
import type { Draft } from './letters.ts'

/** Send it again, as it is or edited, or discard it. What the server does not allow is not there. */
export function LetterActions({ letter }: { readonly letter: LetterDetail }): JSX.Element {
  const { letters, system } = useApp()
  const draft = letters.draftOf(letter.at)
  const isOver = letter.state === 'processed' || letter.state === 'discarded'
  const canSend = !isOver && (letter.remedy === 'replay' || letter.remedy === 'send-to-topic')
  const canDiscard = letter.state !== 'discarded' && system.value?.allows.discard === true
  const isBusy = letters.isBusy.value
  return (
    <>
      {draft !== undefined && canSend && <Editor letter={letter} draft={draft} />}
      <div class="actions">
        {canSend && draft === undefined && (
          <button type="button" onClick={() => letters.draft(letter.at, draftOf(letter))}>
            Edit a copy and send
          </button>
        )}
        {canSend && (
          <button type="button" aria-disabled={isBusy} onClick={() => void letters.replay(letter.at, {})}>
            Send again as it is
          </button>
        )}
        {canDiscard && (
          <button type="button" class="danger" aria-disabled={isBusy} onClick={() => void letters.discard(letter.at)}>
            Discard: stays in the topic, leaves this list
          </button>
        )}
      </div>
    </>
  )
}

/** The bytes as text where they are some, else as hexadecimal digits. */
function draftOf({ value }: LetterDetail): Draft {
  if (value?.text != null) return { form: 'text', content: value.text }
  return { form: 'hex', content: value?.hex.replaceAll(/(..)(?=.)/g, '$1 ') ?? '' }
}

function Editor({ letter, draft }: { readonly letter: LetterDetail; readonly draft: Draft }): JSX.Element {
  const { letters } = useApp()
  const text = useRef<HTMLTextAreaElement>(null)
  // Before it is painted: the first key is typed into it.
  useLayoutEffect(() => text.current?.focus({ preventScroll: true }), [])
  const { form, content } = draft
  const send = (event: Event): void => {
    event.preventDefault()
    void letters.replay(letter.at, { value: form === 'text' ? { text: content } : { hex: content } })
  }
  return (
    <form class="copy" onSubmit={send}>
      <label>
        <span class="label">{form === 'text' ? 'Edited copy' : 'Edited copy, in hexadecimal digits'}</span>
        <textarea
          ref={text}
          class="mono"
          rows={8}
          spellcheck={false}
          value={content}
          onInput={(event) => letters.draft(letter.at, { form, content: event.currentTarget.value })}
        />
      </label>
      <div class="actions">
        <button type="submit" class="primary" aria-disabled={letters.isBusy.value}>
          Send the copy
        </button>
        <button type="button" onClick={() => letters.draft(letter.at, null)}>
          Throw the copy away
        </button>
      </div>
    </form>
  )
}
