import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Lag, type LagWatch, noLag } from './lag'
import { type Sent, type SentOrder, sendOrders } from './orders'
import type { Stored, StoredOrders } from './stored'

const POLL_MS = 200
const SETTLE_MS = 3000

export interface PhaseSetup {
  orders: readonly SentOrder[]
  perSecond: number
  /** How long to wait for all of them. */
  timeoutMs: number
  api(): string
  lag: LagWatch
  stored: StoredOrders
}

/** Orders that were sent, and what became of them. */
export interface Phase extends Sent {
  stored: readonly Stored[]
  /** Messages that ended among the dead letters. */
  deadLetters: number
  lag: Lag
  /** From the first that was sent to the last that was stored. */
  seconds: number
}

/** Sends orders and waits until all are stored or given up, or the time is over. */
export async function runPhase({ orders, perSecond, timeoutMs, api, lag, stored }: PhaseSetup): Promise<Phase> {
  const signal = AbortSignal.timeout(Math.ceil(timeoutMs))
  const over = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))
  // One for each order that is on its way.
  setMaxListeners(0, signal)
  const deadBefore = await lag.deadLetters()
  lag.reset()
  const begin = Date.now()
  const ids = orders.map(({ id }) => id)
  const sending = sendOrders(api, orders, perSecond, signal)
  // It is awaited further down.
  sending.catch(() => {})
  let known: readonly [Stored[], number, Lag] = [[], deadBefore, noLag()]
  for (let settledBy = Number.POSITIVE_INFINITY; ; await sleep(POLL_MS)) {
    const look = Promise.all([stored.of(ids), lag.deadLetters(), lag.read()])
    // A Redis that is gone may not come back.
    known = (await Promise.race([look, over])) ?? known
    const [found, dead, current] = known
    const deadLetters = dead - deadBefore
    const isDone = found.length + deadLetters >= orders.length
    // An order is stored a moment before its offset is committed.
    if (isDone) settledBy = Math.min(settledBy, performance.now() + SETTLE_MS)
    const isSettled = isDone && Object.values(current.now).every((messages) => messages === 0)
    if (isSettled || performance.now() > settledBy || signal.aborted) {
      const { accepted, untaken } = await sending
      const end = Math.max(...found.map(({ at }) => at), begin)
      return { accepted, untaken, stored: found, deadLetters, lag: current, seconds: (end - begin) / 1000 }
    }
  }
}
