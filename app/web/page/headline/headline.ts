import type { Reset, System } from '../../../contracts/feed.ts'
import type { FeedStatus } from '../feed/feed-client.ts'
import { count, counted, duration, time } from '../words/numbers.ts'

export interface Headline {
  readonly state: 'starting' | 'running' | 'paused' | 'killed' | 'restoring' | 'recovered' | 'offline' | 'reset'
  readonly title: string
  readonly sentence: string
}

export interface HeadlineFacts {
  readonly system: System | null
  readonly feed: FeedStatus
  readonly reset: Reset | null
  /** Ms since the epoch by the server's clock, and by the page's. */
  readonly serverNow: number
  readonly now: number
  /** Writes of this page that wait. */
  readonly pending: number
  readonly missing: number
  /** Names of the two users of the invitation. */
  readonly names: readonly [from: string, to: string]
}

const recoveredMs = 10_000

/** What the page says above all else. The server's state wins, unless there is no server, or it is another one. */
export function headline(facts: HeadlineFacts): Headline {
  const { system, feed, reset } = facts
  if (feed.kind === 'offline') return offline(feed, facts.now)
  if (reset !== null && reset.reason !== 'started') return resetLines[reset.reason]
  if (system === null) return { state: 'starting', title: 'Starting', sentence: 'The page asks the server for its state.' }
  switch (system.phase) {
    case 'starting':
      return { state: 'starting', title: 'Starting', sentence: startingSentence(system) }
    case 'killed':
      return killed(system, facts)
    case 'restoring':
      return restoring(system, facts)
    case 'recovered':
      return isCalm(system, facts.serverNow) ? running(facts) : recovered(system, facts)
    case 'paused':
      return { state: 'paused', title: 'Paused', sentence: 'Your own transfers still flow.' }
    case 'running':
      return running(facts)
  }
}

/** The pipeline has nothing to say that goes before a tour: it runs, and its last outage was told. */
export function isCalm({ phase, since }: System, serverNow: number): boolean {
  if (phase === 'recovered') return serverNow - since >= recoveredMs
  return phase === 'running' || phase === 'paused'
}

/** `Broker 0.8 s, topics 1.1 s, 2 of 3 applications.` */
function startingSentence({ parts }: System): string {
  const applications = parts.filter(({ kind }) => kind === 'application')
  const ready = applications.filter(({ state }) => state === 'running').length
  const others = parts
    .filter(({ kind, ms }) => kind !== 'application' && ms !== null)
    .map(({ name, ms }) => `${name} ${duration(ms!)}`)
  const failed = parts
    .filter(({ state }) => state === 'failed')
    .map(({ name, reason }) => `${name} failed: ${reason ?? 'no reason given'}`)
  const words = [
    ...others,
    ...(applications.length === 0 ? [] : [`${ready} of ${counted(applications.length, 'application')}`]),
    ...failed,
  ]
  return words.length === 0 ? 'Nothing has answered yet.' : `${capital(words.join(', '))}.`
}

function running({ names: [from, to] }: HeadlineFacts): Headline {
  return { state: 'running', title: `${from} sends ${to} 10.00`, sentence: 'One insert in SQL. Follow it to this page.' }
}

function killed({ outage, since, waiting }: System, { serverNow, pending }: HeadlineFacts): Headline {
  const writes = waiting + pending
  const waits =
    writes === 0
      ? 'No write waits.'
      : `${counted(writes, 'write')} ${writes === 1 ? 'waits with its key' : 'wait with their keys'}.`
  const ago = duration(Math.max(0, serverNow - (outage?.at ?? since)))
  return {
    state: 'killed',
    title: `Killed with -9, ${ago} ago`,
    sentence: `Broker and applications are gone${outage === null ? '' : ` (process ${outage.deadPid})`}. ${waits}`,
  }
}

function restoring({ outage, restore, waiting }: System, { pending }: HeadlineFacts): Headline {
  const back = outage?.backAt === null || outage === null ? null : duration(outage.backAt - outage.at)
  const records = restore === null ? 'Restoring' : `Restoring ${count(restore.done)} of ${counted(restore.total, 'record')}`
  const writes = waiting + pending
  const then = writes === 0 ? '' : `, then the ${writes === 1 ? 'write' : counted(writes, 'write')}`
  return { state: 'restoring', title: back === null ? 'Restoring' : `Back after ${back}`, sentence: `${records}${then}.` }
}

function recovered({ outage }: System, { missing }: HeadlineFacts): Headline {
  const took = outage === null || outage.recoveredAt === null ? '' : ` in ${duration(outage.recoveredAt - outage.at)}`
  const waited = outage?.waited ?? 0
  const sent = waited === 0 ? 'No write waited.' : `${counted(waited, 'waiting write')} sent once.`
  const processes = outage === null || outage.newPid === null ? '' : ` Process ${outage.deadPid} is now ${outage.newPid}.`
  return { state: 'recovered', title: `Killed and back${took}`, sentence: `${sent} Missing ${count(missing)}.${processes}` }
}

function offline({ since, nextTryAt }: Extract<FeedStatus, { kind: 'offline' }>, now: number): Headline {
  const seconds = Math.max(0, Math.ceil((nextTryAt - now) / 1_000))
  const next = seconds === 0 ? 'Trying now.' : `Next try in ${seconds} s.`
  return { state: 'offline', title: `No server since ${time(since)}`, sentence: `What you see is from then. ${next}` }
}

/** What is said of a reset. Of one because the pipeline has started there is nothing to say. */
const resetLines: Readonly<Record<Exclude<Reset['reason'], 'started'>, Headline>> = {
  'other-topics': { state: 'reset', title: 'The topics are new', sentence: 'Another cluster or directory: view reloaded.' },
  expired: {
    state: 'reset',
    title: 'This page was away for too long',
    sentence: 'What it missed is no longer kept: view reloaded.',
  },
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
