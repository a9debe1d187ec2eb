import type { ReportProcess } from '../../../data.js'
import { type Lanes, packLanes } from './lanes.js'
import { type Holds, Pyramid } from './pyramid.js'

/** A process of the report with what is needed to draw it. Undefined: the report has none of it. */
export interface ProcessModel {
  data: ReportProcess
  cpu: Pyramid | undefined
  thread: Pyramid | undefined
  memory: Pyramid | undefined
  wait: Pyramid | undefined
  throttled: Pyramid | undefined
  lanes: Lanes
}

export function modelOf(data: ReportProcess): ProcessModel {
  const { time, cpu, thread, memory, wait, throttled, spans } = data
  return {
    data,
    cpu: pyramidOf('before', time, cpu.avg, cpu.min, cpu.max),
    thread: pyramidOf('before', time, thread.avg, thread.min, thread.max),
    memory: pyramidOf('after', memory.time, memory.bytes),
    wait: wait && pyramidOf('before', wait.time, wait.percent),
    throttled: throttled && pyramidOf('before', throttled.time, throttled.percent),
    lanes: packLanes(spans),
  }
}

type Numbers = ArrayLike<number> & { every(test: (value: number) => boolean): boolean }

function pyramidOf(holds: Holds, time: Float64Array, avg: Numbers, min = avg, max = avg): Pyramid | undefined {
  return time.length === 0 || avg.every(Number.isNaN) ? undefined : new Pyramid({ time, min, avg, max }, holds)
}
