import { setTimeout as sleep } from 'node:timers/promises'
import type { MemoryGroup } from './memory-group.js'
import type { ClientAnswers, ClientQuestion, ServiceAnswers, ServiceQuestion } from './messages.js'
import type { Peer } from './peer.js'
import { pressMemory } from './service-process.js'

export interface Disturbed {
  service: Peer<ServiceQuestion, ServiceAnswers>
  client: Peer<ClientQuestion, ClientAnswers>
  group: MemoryGroup | undefined
  /** How long what lasts is to last. */
  ms: number
  fail(what: string): void
}

const hour = 3_600_000
const blockMs = 300
/** For an alert to arrive, on a machine that has other things to do. */
const patienceMs = 30_000

/** What happens to a service, in turn. Each returns when it is over, with what is worth noting. */
const disturbances = {
  redeploy,
  'clock step forward': ({ service }: Disturbed) => service.ask({ ask: 'clock', stepMs: 25 * hour }),
  stop: async ({ service, ms }: Disturbed) => {
    service.process.kill('SIGSTOP')
    await sleep(ms)
    service.process.kill('SIGCONT')
  },
  block,
  'memory pressure': async ({ group, ms }: Disturbed) =>
    group === undefined ? 'left out: there is no cgroup' : pressMemory(group, ms),
  'clock step back': ({ service }: Disturbed) => service.ask({ ask: 'clock', stepMs: -26 * hour }),
  'no descriptors left': async ({ service, ms }: Disturbed) => {
    const opened = await service.ask({ ask: 'descriptors', ms })
    return `${opened} opened`
  },
  'clock set right': ({ service }: Disturbed) => service.ask({ ask: 'clock', stepMs: hour }),
}

export type Disturbance = keyof typeof disturbances

export const inTurn = Object.keys(disturbances) as Disturbance[]

export async function disturb(what: Disturbance, disturbed: Disturbed): Promise<string | undefined> {
  return (await disturbances[what](disturbed)) ?? undefined
}

async function redeploy({ service }: Disturbed) {
  await service.ask({ ask: 'redeploy' })
}

/** Its alert must arrive. */
async function block({ service, client, fail }: Disturbed): Promise<void> {
  const { alerts } = await client.ask({ ask: 'counts' })
  await service.ask({ ask: 'block', ms: blockMs })
  for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(20)) {
    if ((await client.ask({ ask: 'counts' })).alerts > alerts) return
  }
  fail(`no alert of a block of the event loop within ${patienceMs / 1000} s`)
}
