import { useEffect } from 'preact/hooks'

/** Asks at once and then regularly, one question after another, while the part is shown and somebody can see it. */
export function useRegularly(ask: () => Promise<void>, everyMs: number, on: readonly unknown[]): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isGone = false
    const again = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await ask()
      if (!isGone) timer = setTimeout(() => void again(), everyMs)
    }
    void again()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [...on])
}
