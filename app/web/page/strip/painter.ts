import type { Lane, Station } from '../../../contracts/feed.ts'
import type { PageStore } from '../store/page-store.ts'
import type { Geometry } from './geometry.ts'
import { backlogLength, moving, stations } from './replay.ts'

export interface Palette {
  readonly accent: string
  readonly muted: string
  readonly line: string
  readonly text: string
}

export interface Scene {
  readonly store: PageStore
  readonly geometry: Geometry
  readonly palette: Palette
  /** The page's monotonic clock. */
  readonly now: number
  readonly isDense: boolean
  /** Nothing moves: the pipeline is down. */
  readonly isStill: boolean
  /** The reader wants no motion: density once a second, and no dots. */
  readonly isCalm: boolean
}

const columnPitch = 4
const columnWidth = 3
/** Full height of a column in the horizontal strip; in the vertical one lanes are close together. */
const columnMax = 28
const columnMaxVertical = 10

/** Draws lanes only: all text is in the document. */
export function paint(context: CanvasRenderingContext2D, scene: Scene): void {
  const { geometry } = scene
  context.clearRect(0, 0, geometry.width, geometry.height)
  paintLanes(context, scene)
  paintBacklogs(context, scene)
  if (scene.isDense || scene.isCalm) for (const lane of ['transfer', 'user'] as const) paintColumns(context, scene, lane)
  if (!scene.isCalm && !scene.isStill) paintDots(context, scene)
}

/** Along and across the way → x and y. */
function place({ isVertical }: Geometry, along: number, across: number): [x: number, y: number] {
  return isVertical ? [across, along] : [along, across]
}

function paintLanes(context: CanvasRenderingContext2D, { geometry, palette, isStill }: Scene): void {
  const { ticks, lanes, isVertical, width, height } = geometry
  const end = isVertical ? height : width
  context.lineWidth = 1
  context.strokeStyle = isStill ? palette.line : palette.muted
  line(context, geometry, [0, end], lanes.transfer)
  line(context, geometry, [0, ticks[3]!], lanes.user)
  context.setLineDash([4, 4])
  line(context, geometry, [ticks[0]!, ticks[3]!], lanes.settlement)
  context.setLineDash([])
  context.fillStyle = context.strokeStyle
  // The return arc ends in an arrow at SQL.
  const [x, y] = place(geometry, ticks[0]!, lanes.settlement)
  context.beginPath()
  context.moveTo(x, y)
  for (const side of [-3, 3]) context.lineTo(x + (isVertical ? side : 6), y + (isVertical ? 6 : side))
  context.fill()
  for (const tick of ticks) paintTick(context, geometry, tick)
}

function paintTick(context: CanvasRenderingContext2D, geometry: Geometry, tick: number): void {
  const [x, y] = place(geometry, tick, geometry.lanes.transfer)
  context.beginPath()
  context.moveTo(x - (geometry.isVertical ? 4 : 0), y - (geometry.isVertical ? 0 : 6))
  context.lineTo(x + (geometry.isVertical ? 4 : 0), y + (geometry.isVertical ? 0 : 6))
  context.stroke()
}

function line(
  context: CanvasRenderingContext2D,
  geometry: Geometry,
  [from, to]: readonly [number, number],
  across: number,
): void {
  context.beginPath()
  context.moveTo(...place(geometry, from, Math.round(across) + 0.5))
  context.lineTo(...place(geometry, to, Math.round(across) + 0.5))
  context.stroke()
}

/** A block before the station's tick: what its application has not taken yet. */
function paintBacklogs(context: CanvasRenderingContext2D, { store, geometry, palette, isStill }: Scene): void {
  context.fillStyle = isStill ? palette.muted : palette.accent
  for (const { station, lane, backlog } of store.hops?.hops ?? []) {
    const index = stations.indexOf(station)
    const length = backlogLength(backlog) * pitchOf(geometry) * 0.8
    if (length < 1 || lane === 'settlement') continue
    const [x, y] = place(geometry, geometry.ticks[index]! - length - 2, geometry.lanes[lane] - 3)
    context.fillRect(x, y, geometry.isVertical ? 6 : length, geometry.isVertical ? length : 6)
  }
}

/** Records per 100 ms that left the station, newest beside its tick; full height is the maximum of 60 s. */
function paintColumns(context: CanvasRenderingContext2D, scene: Scene, lane: Lane): void {
  const { store, palette, isStill } = scene
  const maximum = store.density.maximum(lane)
  if (maximum === 0) return
  context.fillStyle = isStill ? palette.muted : palette.accent
  const shift = scene.isCalm ? store.density.at % 10 : 0
  for (const [index, station] of stations.entries()) {
    if (lane === 'user' && index > 2) continue
    paintStation(context, scene, { lane, station, index, maximum, shift })
  }
}

interface Columns {
  readonly lane: Lane
  readonly station: Station
  readonly index: number
  readonly maximum: number
  readonly shift: number
}

function paintStation(context: CanvasRenderingContext2D, { store, geometry }: Scene, columns: Columns): void {
  const { lane, station, index, maximum, shift } = columns
  const room = Math.floor((pitchOf(geometry) - 8) / columnPitch)
  const full = geometry.isVertical ? columnMaxVertical : columnMax
  for (let ago = 0; ago < room; ago++) {
    const size = (store.density.count(station, lane, ago + shift) / maximum) * full
    if (size === 0) continue
    const along = geometry.ticks[index]! + 4 + ago * columnPitch
    const [x, y] = place(geometry, along, geometry.lanes[lane] - (geometry.isVertical ? 0 : size))
    context.fillRect(x, y, geometry.isVertical ? size : columnWidth, geometry.isVertical ? columnWidth : size)
  }
}

function paintDots(context: CanvasRenderingContext2D, { store, geometry, palette, now, isDense }: Scene): void {
  for (const { trace, spot } of moving(store.traces.values(), now, isDense)) {
    const from = geometry.ticks[spot.from]!
    const along = from + (geometry.ticks[spot.to]! - from) * spot.fraction
    const [x, y] = place(geometry, along, geometry.lanes[trace.lane])
    const isMine = trace.why !== 'sampled'
    context.fillStyle = palette.accent
    context.beginPath()
    if (trace.lane === 'user') context.rect(x - 5, y - 5, 10, 10)
    else context.arc(x, y, isMine ? 7 : 5, 0, 2 * Math.PI)
    context.fill()
    if (!isMine) continue
    context.strokeStyle = palette.text
    context.lineWidth = 2
    context.stroke()
  }
}

function pitchOf({ ticks }: Geometry): number {
  return ticks[1]! - ticks[0]!
}
