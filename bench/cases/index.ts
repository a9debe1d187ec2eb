import type { Case } from '../case.js'
import { alertsCost } from './alerts.js'
import { awaitCost } from './await-cost.js'
import { blockedLoop } from './blocked-loop.js'
import { dutyCycle } from './duty-cycle.js'
import { edgeError } from './edge-error.js'
import { historyMemory } from './history-memory.js'
import { httpBare, httpBareSlow, httpThroughput, httpThroughputSlow, recordedThroughput } from './http-throughput.js'
import { idleCost } from './idle-cost.js'
import { mainThread } from './main-thread.js'
import { orders } from './orders.js'
import { reportPage } from './report-page.js'
import { residentMemory } from './resident-memory.js'
import { sampleCost } from './sample-cost.js'
import { spanCost, spanCostSlow, spanCostSlower } from './span-cost.js'
import { startUp } from './start-up.js'
import { steadyLoad } from './steady-load.js'
import { ticksBusy, ticksIdle } from './ticks.js'
import { tracingCost } from './tracing-cost.js'
import { windowQuery } from './window-query.js'

/** In the order in which they run and are reported. */
export const cases: readonly Case[] = [
  steadyLoad,
  dutyCycle,
  blockedLoop,
  ticksIdle,
  ticksBusy,
  sampleCost,
  idleCost,
  mainThread,
  windowQuery,
  historyMemory,
  spanCost,
  spanCostSlow,
  spanCostSlower,
  edgeError,
  awaitCost,
  httpThroughput,
  httpThroughputSlow,
  httpBare,
  httpBareSlow,
  recordedThroughput,
  tracingCost,
  alertsCost,
  startUp,
  residentMemory,
  reportPage,
  orders,
]
