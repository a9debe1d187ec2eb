import { once } from 'node:events'
import { Child } from './child'
import { findProgram } from './programs'

export interface Backing {
  /** For the environment of the services. */
  address: string
  /** Which one was taken, in a sentence. */
  description: string
  child?: Child
}

/** The mock broker holds up all consumers for nearly this long when one joins a group or leaves it without a word. */
export const MOCK_SESSION_MS = 10_000

const lacking = `There is no Kafka. Set KAFKA_BROKERS, or install the mock broker:
  apt-get install kcat
Where there is a container engine, examples/orders/compose.yaml starts a real one.`

/** The brokers of KAFKA_BROKERS, else a mock broker. */
export async function startKafka({ KAFKA_BROKERS }: NodeJS.ProcessEnv): Promise<Backing & { isMock: boolean }> {
  if (KAFKA_BROKERS) return { address: KAFKA_BROKERS, description: `Kafka at ${KAFKA_BROKERS}`, isMock: false }
  const kcat = findProgram('kcat')
  if (kcat === undefined) throw new Error(lacking)
  // It would send what it reads: nothing, until this process has ended, and then it ends as well.
  const command = [kcat, '-P', '-X', 'test.mock.num.brokers=1', '-b', 'mock', '-t', 'nothing']
  const child = new Child(command, process.env, ['pipe', 'ignore', 'pipe'])
  const address = await Promise.race([
    addressFrom(child),
    child.ended.then((end) => Promise.reject(new Error(`kcat ${end}`))),
  ])
  return { address, description: `the mock broker of kcat at ${address}`, isMock: true, child }
}

async function addressFrom({ process: { stderr } }: Child): Promise<string> {
  for (let text = ''; ; ) {
    const [chunk] = (await once(stderr!, 'data')) as [Buffer]
    text += chunk
    const [, address] = /replaced with (127\.0\.0\.1:\d+)/.exec(text) ?? []
    if (address === undefined) continue
    stderr!.resume()
    return address
  }
}
