import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'

/** What the reader chose once, for all visits. A browser that keeps nothing gets the defaults each time. */
export class Preferences {
  readonly keys: Signal<boolean> = signal(read('keys') !== 'off')
  readonly tourIsOver: Signal<boolean> = signal(read('tour') === 'over')

  setKeys(isOn: boolean): void {
    this.keys.value = isOn
    write('keys', isOn ? 'on' : 'off')
  }

  endTour(): void {
    this.tourIsOver.value = true
    write('tour', 'over')
  }

  beginTour(): void {
    this.tourIsOver.value = false
    write('tour', 'on')
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(`millrace.${name}`)
  } catch {
    return null
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(`millrace.${name}`, value)
  } catch {
    // Nothing is kept, and nothing is lost but the choice.
  }
}
