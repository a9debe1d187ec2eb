import { trace } from '@opentelemetry/api'
import { chooseOperation, type WorkloadRequest } from './choose'
import type { ServiceName, WorkloadConfig } from './config'
import { type Means, operations } from './operations'
import { sizesFor } from './sizes'

/** Does the work that a service of this kind would do for an order. */
export class WorkloadSimulator {
  readonly #service: ServiceName
  readonly #config: WorkloadConfig
  readonly #means: Means

  constructor(service: ServiceName, config: WorkloadConfig, means: Means) {
    this.#service = service
    this.#config = config
    this.#means = means
  }

  /** Writes onto the span that is active what it does. Rejects with what the operation throws. */
  async simulate(orderId: string, request: WorkloadRequest = {}): Promise<void> {
    const name = chooseOperation(this.#config, this.#service, request, orderId)
    const { type, intensity, run } = operations[name]
    trace.getActiveSpan()?.setAttributes({
      'workload.type': type,
      'workload.intensity': intensity,
      'workload.operation': name,
    })
    await run(sizesFor(this.#config.scale), this.#means)
  }
}
