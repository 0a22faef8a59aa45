import { Fragment } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import { keyList } from '../view/keys.ts'

export function KeysPanel({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { preferences } = useApp()
  const close = useRef<HTMLButtonElement>(null)
  useEffect(() => close.current?.focus(), [])
  return (
    <aside class="panel" aria-label="Keys">
      <div class="head">
        <h2>Keys</h2>
        <button ref={close} type="button" onClick={onClose}>
          Close
        </button>
      </div>
      <dl class="keys">
        {keyList.map(([keys, what]) => (
          <Fragment key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </Fragment>
        ))}
      </dl>
      <p class="label note-line">
        <label>
          <input
            type="checkbox"
            checked={preferences.keys.value}
            onChange={(event) => preferences.setKeys(event.currentTarget.checked)}
          />{' '}
          Keys are on. They rest while you type.
        </label>
      </p>
    </aside>
  )
}
