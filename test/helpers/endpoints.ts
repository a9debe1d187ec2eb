import { connect, type Socket } from 'node:net'
import { type PrometheusEndpoint, type PrometheusEndpointOptions, startPrometheusEndpoint } from 'spanmeter/prometheus'

const endpoints: PrometheusEndpoint[] = []

/** On a free port, until `stopEndpoints()`. */
export async function startEndpoint(options: Partial<PrometheusEndpointOptions> = {}): Promise<PrometheusEndpoint> {
  const endpoint = await startPrometheusEndpoint({ port: 0, ...options })
  endpoints.push(endpoint)
  return endpoint
}

export async function stopEndpoints(): Promise<void> {
  await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()))
}

/** One that sends anything, and hears of errors by its end. */
export function client(port: number, sends: string): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write(sends)
  return socket
}

export const isMetrics = (text: unknown) => String(text).includes('process_memory_bytes')
