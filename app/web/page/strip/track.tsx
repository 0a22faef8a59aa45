import { useEffect, useRef } from 'preact/hooks'
import type { JSX } from 'preact'
import { useApp } from '../app/app.ts'
import type { App } from '../app/app.ts'
import { Hot } from '../frame/hot.tsx'
import { count } from '../words/numbers.ts'
import { geometryOf } from './geometry.ts'
import type { Geometry } from './geometry.ts'
import { paint } from './painter.ts'
import type { Palette } from './painter.ts'
import { denseAbove, slowness, stations } from './replay.ts'

const narrow = matchMedia('(max-width: 639px)')
const calm = matchMedia('(prefers-reduced-motion: reduce)')
const dark = matchMedia('(prefers-color-scheme: dark)')

/** The lanes: the one thing of the page that is drawn. What it shows is told in words and numbers beside it. */
export function Track(): JSX.Element {
  const app = useApp()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => drive(app, canvas.current!), [])
  const { store } = app
  return (
    <div class="track">
      <canvas ref={canvas} aria-hidden="true" />
      <span class="label lane" style={{ top: '2px' }}>
        transfers
      </span>
      <span class="label lane" style={{ top: '46px' }}>
        users
      </span>
      <span class="label lane" style={{ top: '78px' }}>
        settlement
      </span>
      <Hot class="label scale" read={() => scaleOf(app)} />
      {stations.map((station, index) => (
        <span key={station} class="label backlog" style={{ left: `${((index + 0.5) * 100) / 6}%` }}>
          <Hot read={() => backlogText(backlogOf(store.hops, station))} />
        </span>
      ))}
    </div>
  )
}

function backlogOf(hops: App['store']['hops'], station: string): number {
  return (hops?.hops ?? []).reduce(
    (sum, hop) => sum + (hop.station === station && hop.lane !== 'settlement' ? hop.backlog : 0),
    0,
  )
}

function backlogText(backlog: number): string {
  return backlog === 0 ? '' : `${count(backlog)} behind`
}

function scaleOf(app: App): string {
  const { density } = app.store
  if (!isDense(app) && !calm.matches) return `each dot is a record, ${slowness}× slower`
  const maximum = density.maximum('transfer')
  return maximum === 0 ? 'no record in 60 s' : `columns: records per 100 ms, full height ${count(maximum)}`
}

function isDense({ store }: App): boolean {
  return stations.some((station) => store.density.perSecond(station, 'transfer') > denseAbove)
}

/** Draws each frame, with the colours and the size that the canvas has then. Gives what ends it. */
function drive(app: App, canvas: HTMLCanvasElement): () => void {
  const context = canvas.getContext('2d')!
  let geometry: Geometry | null = null
  let palette = paletteOf(canvas)
  const size = (): void => void (geometry = fit(canvas, context))
  const colour = (): void => void (palette = paletteOf(canvas))
  const observer = new ResizeObserver(size)
  observer.observe(canvas)
  dark.addEventListener('change', colour)
  let paintedAt = -Infinity
  const off = app.frames.onFrame((now) => {
    // Who wants no motion sees a new picture once a second.
    if (geometry === null || (calm.matches && now - paintedAt < 1_000)) return
    paintedAt = now
    const scene = { store: app.store, geometry, palette, now, isDense: isDense(app), isStill: isStill(app), isCalm: calm.matches }
    paint(context, scene)
  })
  return () => {
    off()
    observer.disconnect()
    dark.removeEventListener('change', colour)
  }
}

function isStill({ system, feedStatus }: App): boolean {
  return system.value?.phase === 'killed' || feedStatus.value.kind === 'offline'
}

function fit(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): Geometry {
  const { width, height } = canvas.getBoundingClientRect()
  canvas.width = Math.round(width * devicePixelRatio)
  canvas.height = Math.round(height * devicePixelRatio)
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
  return geometryOf({ width, height, isVertical: narrow.matches })
}

function paletteOf(element: HTMLElement): Palette {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return { accent: token('accent'), muted: token('border'), line: token('line'), text: token('text') }
}
