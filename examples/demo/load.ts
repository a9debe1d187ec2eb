import { setTimeout as sleep } from 'node:timers/promises'
import autocannon from 'autocannon'
import type { RoutePlan } from './plan'

export interface RouteLoad {
  path: string
  planned: number
  succeeded: number
  non2xx: number
  /** Connection errors and timeouts. */
  errors: number
}

export interface Load {
  results: Promise<RouteLoad[]>
  /** Gives up the requests that are still to come. */
  stop(): void
}

export const plannedRequests = (route: RoutePlan, seconds: number): number =>
  Math.max(route.connections, Math.ceil(route.perSecond * seconds))

/** For so long a service may answer nothing at all before it is given up. */
const silenceMs = 60_000

/** Loads all routes at once, each at its own rate. `onResponse` is called for every answer. */
export function startLoad(base: string, plan: readonly RoutePlan[], seconds: number, onResponse: () => void): Load {
  const instances: autocannon.Instance[] = []
  let stopped = false
  const answered = (): void => {
    deadline.refresh()
    onResponse()
  }

  const run = async (route: RoutePlan, index: number): Promise<RouteLoad> => {
    // autocannon sends a second's requests at the start of that second. Starting the routes one after the other
    // spreads them, so that a route is measured beside the others and not only in one common burst.
    await sleep((index * 1000) / plan.length)
    // A number of requests, not a time: at the end of a time autocannon would cut off those still running.
    const planned = plannedRequests(route, seconds)
    const result = await new Promise<autocannon.Result>((resolve, reject) => {
      const instance = autocannon(
        {
          url: base + route.path,
          connections: route.connections,
          overallRate: route.perSecond,
          amount: planned,
          sampleInt: 100,
          timeout: 60,
          bailout: 10,
        },
        (error, result) => (error ? reject(error) : resolve(result)),
      )
      instance.on('response', answered)
      instances.push(instance)
      if (stopped) instance.stop()
    })
    const { '2xx': succeeded, non2xx, errors } = result
    return { path: route.path, planned, succeeded, non2xx, errors }
  }

  const stop = (): void => {
    stopped = true
    for (const instance of instances) instance.stop()
  }
  // However slow the machine is, the plan comes to its end. Where nothing is answered any more the load must end all the
  // same; what is missing is then a failure by count.
  const deadline = setTimeout(stop, silenceMs)
  return { results: Promise.all(plan.map(run)).finally(() => clearTimeout(deadline)), stop }
}
